// A real ClickHouse reads from a Native block what was written into row groups, every column of every row.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  COLUMNS_BY_VERSION,
  REQUEST_COLUMNS,
  SPOOLED_COLUMNS,
  typeOf,
} from "../../../src/telemetry/columns.ts";
import { linesOf } from "../../../src/telemetry/groups/group-lines.ts";
import { RowGroup } from "../../../src/telemetry/groups/row-group.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";
import { SEED } from "../../support/seed.ts";
import { framesOf, rowsOf } from "../../telemetry/support/groups.ts";
import { startTestStore, type TestStore } from "../support.ts";

/** Rows of long ago would be dropped at once. */
const AT_MS = Date.now() + 0.25;

let system: TestStore;
beforeAll(async () => {
  system = await startTestStore();
});
afterAll(() => system.end());

const text = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "orders",
    '\u0000\u001f"\\/\b',
    "😀",
    "\u2028",
    "'); DROP TABLE requests --",
  ),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.string({ minLength: 100, maxLength: 300 }),
);
const number = fc.oneof(
  fc.integer({ min: 0 }),
  fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const list = fc.array(text, { maxLength: 9 });
const record = fc
  .record({
    texts: fc.tuple(text, text, text, text, text, text, text, text, text),
    list,
    number,
    flag: fc.boolean(),
  })
  .map(({ texts, list, number, flag }) => {
    const [traceId, id, host, path, query, route, service, rule, userAgent] = texts;
    const spanId = createHash("md5")
      .update(id ?? "")
      .digest("hex")
      .slice(0, 16);
    const known = { traceId, spanId, host, path, query, route, service, rule, userAgent };
    const made = Object.assign(new RequestRecord(), known, { durationNs: number, completed: flag });
    made.status = number % 600;
    made.policyRequest = made.rolePath = made.candidates = list;
    made.candidateScores = list.map((_, at) => at / 3);
    made.candidateInflight = list.map((_, at) => at);
    made.headers = [...new Set(list)].flatMap((name) => [name, name]);
    made.identity = { ...made.identity, subject: host, roles: list };
    for (const [at, upstream] of list.entries())
      made.attempts.push({
        upstream,
        startedNs: at,
        durationNs: number,
        status: at,
        error: rule,
      });
    return made;
  });

function batchOf(token: string, records: readonly RequestRecord[]) {
  const { table, columns, format } = STREAMS.requests;
  return { table, columns, format, body: framesOf(records), rows: records.length, token };
}

/** With times as the spool's rows have them. */
async function rowsOfStore(version: string): Promise<Record<string, unknown>[]> {
  const columns = REQUEST_COLUMNS.filter((name) => name !== "started_at").join(", ");
  const { rows } = await system.store.query(
    `SELECT ${columns}, toString(toUnixTimestamp64Nano(started_at)) AS ns FROM requests WHERE api_version = {version:String} ORDER BY host`,
    { version },
  );
  return rows.map(({ ns, ...row }) => ({
    ...row,
    started_at: String(ns).replace(/\d{9}$/, ".$&"),
  }));
}

test("every column of every row", async () => {
  // More words than a byte can number, and rows with none at all.
  const many = Array.from({ length: 400 }, (_, at) =>
    Object.assign(new RequestRecord(), {
      host: String(at),
      route: `route-${String(at)}`,
      rolePath: [String(at)],
    }),
  );
  const records = [...fc.sample(record, { numRuns: 150, seed: SEED }), ...many];
  for (const [at, each] of records.entries()) {
    each.apiVersion = "every";
    each.startedAtMs = AT_MS;
    each.host = String(at).padStart(4, "0");
  }
  expect(await system.store.write(batchOf("every", records))).toEqual({ kind: "stored" });
  const found = await rowsOfStore("every");
  expect(found).toHaveLength(records.length);
  expect(found.map(singles)).toEqual(rowsOf(framesOf(records)).map((row) => singles(asRead(row))));
});

function asRead(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(REQUEST_COLUMNS.map((column) => [column, row[column]]));
}

/** The same single-precision number has several spellings. */
function singles(row: Record<string, unknown>): Record<string, unknown> {
  const scores = row["candidate_scores"] as number[];
  return { ...row, candidate_scores: scores.map((score) => Math.fround(score)) };
}

/** As a weir of row version 4 spooled them, but begun now. */
function groupOf4(): Buffer {
  const frames = readFileSync("test/fixtures/row-groups/version-4.bin");
  const columns = COLUMNS_BY_VERSION.get(4) ?? [];
  const { at, count } = new RowGroup(frames, 0, columns).place(columns.indexOf("started_at"));
  for (let row = 0; row < count; row++)
    frames.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n, at + 8 * row);
  return frames;
}

test.each(["groups", "lines"] as const)(
  "a segment of row version 4, sent as %s",
  async (format) => {
    const columns = COLUMNS_BY_VERSION.get(4) ?? [];
    const body = format === "groups" ? groupOf4() : linesOf(groupOf4(), columns);
    const batch = { table: "requests", columns, format, body, rows: 2, token: `4-${format}` };
    await system.store.command("TRUNCATE TABLE requests");
    expect(await system.store.write(batch)).toEqual({ kind: "stored" });
    const { rows } = await system.store.query(
      "SELECT path, principal, policy_request, role_path, attempt_span_id, duration_ns, status FROM requests ORDER BY path DESC",
    );
    const none = { principal: "", policy_request: [], role_path: [], attempt_span_id: [] };
    expect(rows).toEqual([
      {
        path: "/orders/7",
        principal: "alice",
        policy_request: ["alice", "/orders/7", "GET"],
        role_path: ["alice", "staff"],
        attempt_span_id: ["b7ad6b7169203331"],
        duration_ns: 5_000_001,
        status: 200,
      },
      { path: "/", ...none, duration_ns: 0, status: 404 },
    ]);
  },
);

test("the same block and token again, and it is stored once, and counted once", async () => {
  const one = Object.assign(new RequestRecord(), {
    apiVersion: "once",
    service: "once",
    startedAtMs: Date.now(),
  });
  for (let time = 0; time < 2; time++)
    expect(await system.store.write(batchOf("once", [one, one, one]))).toEqual({ kind: "stored" });
  expect(await rowsOfStore("once")).toHaveLength(3);
  const { rows } = await system.store.query(
    "SELECT sum(requests) AS requests FROM requests_1m WHERE service = 'once'",
  );
  expect(rows).toEqual([{ requests: 3 }]);
});

/** Sent as texts, and kept as words: the store finds these faster than we. */
const WORDS: ReadonlySet<string> = new Set(["principal", "client_address", "user_agent"]);

test("the types that columns.ts says are those of the table", async () => {
  const { rows } = await system.store.query(
    "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'requests'",
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  for (const column of [...REQUEST_COLUMNS, ...SPOOLED_COLUMNS])
    expect(types.get(column), column).toBe(
      WORDS.has(column) ? "LowCardinality(String)" : typeOf(column),
    );
});
