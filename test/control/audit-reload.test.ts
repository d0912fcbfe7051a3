// Which reloads become rows of their own, and what those say.
import { expect, test } from "vitest";
import { auditReload } from "../../src/control/audit-reload.ts";
import type { ReloadCause, ReloadResult } from "../../src/control/reloader.ts";
import type { OwnChange } from "../../src/telemetry/audit-log.ts";

const FINE = {
  atMs: 0,
  ok: true,
  fault: null,
  shadowFault: null,
  tlsFault: null,
  restart: [],
} as const;

function rowsOf(causes: readonly ReloadCause[], changes: Partial<ReloadResult>): OwnChange[] {
  const rows: OwnChange[] = [];
  const told = auditReload({ writeOwn: (row) => void rows.push(row) });
  told({ ...FINE, causes, before: "aaa", after: "bbb", changed: ["users"], ...changes });
  return rows;
}

const SAID = ["audit.before", "aaa", "audit.after", "bbb", "audit.changed", "users"];

test.each<
  [
    what: string,
    causes: readonly ReloadCause[],
    changes: Partial<ReloadResult>,
    said: readonly string[] | null,
  ]
>([
  ["a changed file", ["files"], {}, ["audit.cause", "files", ...SAID]],
  ["a touched file", ["files"], { changed: [] }, null],
  [
    "a signal that changes nothing",
    ["signal"],
    { changed: [] },
    ["audit.cause", "signal", "audit.before", "aaa", "audit.after", "bbb", "audit.changed", ""],
  ],
  ["a renewal", ["renewal"], {}, ["audit.cause", "renewal", ...SAID]],
  ["somebody at the API, who has a row", ["api"], {}, null],
  [
    "a file and a signal while one waits",
    ["files", "api", "signal"],
    {},
    ["audit.cause", "files,signal", ...SAID],
  ],
  [
    "a faulty candidate",
    ["files"],
    { shadowFault: "why" },
    ["audit.cause", "files", ...SAID, "audit.fault", "why"],
  ],
])("%s", (...[, causes, changes, said]) => {
  expect(rowsOf(causes, changes).map(({ details }) => details)).toEqual(
    said === null ? [] : [said],
  );
});

test("a refusal is one, with its first words", () => {
  const [row] = rowsOf(["files"], { ok: false, fault: "x".repeat(9_000), changed: [] });
  expect(row).toMatchObject({ action: "reload", errorCode: "reload_refused" });
  expect(row?.details.at(-1)).toHaveLength(500);
});
