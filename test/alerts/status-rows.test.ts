// What weir says of itself, and the built-in rules on it: quiet while all is well, each fault its own alert.
import { expect, test } from "vitest";
import { BUILT_IN_RULES } from "../../src/alerts/built-in.ts";
import { observe } from "../../src/alerts/observe.ts";
import { STATUS_COLUMNS, type StatusFacts, StatusRows } from "../../src/alerts/status-rows.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;
const certificate = {
  keyPath: "listen.https.certificates[0].cert",
  file: "weir.crt",
  isAuthority: false,
  notBeforeMs: NOW_MS - 10 * DAY_MS,
};
const WELL: StatusFacts = {
  certificates: [{ ...certificate, notAfterMs: NOW_MS + 300 * DAY_MS }],
  spool: { usedBytes: 10, maxBytes: 100, droppedRows: 0, rejectedRows: 0, lagMs: 500 },
  store: { isDown: false, sinceMs: 0 },
  isReloaded: true,
};

function found(facts: StatusFacts): readonly string[] {
  const status = new StatusRows(() => facts);
  return BUILT_IN_RULES.flatMap((rule) => {
    if (rule.source.kind !== "status") return [];
    const { of } = rule.source;
    const rows = status.of(of, { windowMs: rule.windowMs, nowMs: NOW_MS });
    const unitOf = (column: string): string => STATUS_COLUMNS[of][column] ?? "text";
    return observe(rule, { rows, unitOf }).map(({ annotations }) => {
      return `${rule.name}: ${annotations["summary"] ?? ""}`;
    });
  });
}

const spool = (change: Partial<StatusFacts["spool"]>): StatusFacts => {
  return { ...WELL, spool: { ...WELL.spool, ...change } };
};

test.each<[string, StatusFacts, string[]]>([
  ["all is well", WELL, []],
  [
    "a certificate ends soon",
    { ...WELL, certificates: [{ ...certificate, notAfterMs: NOW_MS + 3 * DAY_MS }] },
    ["weir-certificate: weir.crt (listen.https.certificates[0].cert) has 3 days left"],
  ],
  [
    "the spool fills",
    spool({ usedBytes: 60 }),
    ["weir-spool-filling: 60.0 % of the spool is used; when it is full, rows are lost"],
  ],
  [
    "rows wait",
    spool({ lagMs: 125_000 }),
    ["weir-store-lag: the oldest row that is not stored yet waits for 2 min 5 s"],
  ],
  [
    "rows are lost",
    spool({ droppedRows: 12_345 }),
    ["weir-rows-dropped: the spool was full: 12,345 rows were lost in 10 minutes"],
  ],
  [
    "rows are rejected",
    spool({ rejectedRows: 2 }),
    ["weir-rows-rejected: 2 rows are in spool/dead-letter"],
  ],
  [
    "the store is away",
    { ...WELL, store: { isDown: true, sinceMs: NOW_MS - 90_000 } },
    ["weir-store-down: the store does not answer for 1 min 30 s; rows wait in the spool"],
  ],
  [
    "a reload was refused",
    { ...WELL, isReloaded: false },
    ["weir-reload-refused: weir goes on with the config before; /api/v1/status says why"],
  ],
])("%s", (_, facts, expected) => {
  expect(found(facts)).toEqual(expected);
});

test("rows that were lost before the window count no more", () => {
  let droppedRows = 7;
  const status = new StatusRows(() => spool({ droppedRows }));
  const lost = (nowMs: number): unknown =>
    status.of("spool", { windowMs: 600_000, nowMs })[0]?.["dropped_rows"];
  expect(lost(0)).toBe(7);
  expect(lost(300_000)).toBe(7);
  expect(lost(700_000)).toBe(0);
  droppedRows = 9;
  expect(lost(800_000)).toBe(2);
  expect(lost(1_300_000)).toBe(2);
  expect(lost(1_500_000)).toBe(0);
});
