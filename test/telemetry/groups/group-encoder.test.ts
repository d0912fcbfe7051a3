// What is read back of a row group equals what was written, by weir and by ClickHouse, for any values at all.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SPOOLED_COLUMNS } from "../../../src/telemetry/columns.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";
import { HEAD_BYTES, wholeFrames } from "../../../src/telemetry/groups/frame.ts";
import { linesOf } from "../../../src/telemetry/groups/group-lines.ts";
import {
  MAX_GROUP_BYTES,
  MAX_GROUP_ROWS,
  MAX_ROW_BYTES,
  ROW_LIMITS,
} from "../../../src/telemetry/groups/limits.ts";
import { framesOf, rowsOf } from "../support/groups.ts";

function rowOf(record: RequestRecord): Record<string, unknown> {
  const [row, ...others] = rowsOf(framesOf([record]));
  expect(others).toEqual([]);
  return { ...row };
}

/** What is smaller has fewer digits. */
const LEAST_SINGLE = 2 ** -126;

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

/** Lone surrogates become U+FFFD, as in any UTF-8. */
const wellFormed = (value: string): string => Buffer.from(value).toString();

/** Short enough that no limit bites, and of every kind of character. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 3 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.stringMatching(/^[ -~]{0,40}$/),
);
const count = fc.oneof(
  fc.integer({ min: 0, max: 1e6 }),
  fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
);
const anyNumber = fc.oneof(fc.double(), fc.integer(), count);
const headers = fc.uniqueArray(text, { maxLength: 4, selector: (name) => wellFormed(name) });

/** Columns that hold one field of the record as it is. */
const TEXTS = {
  trace_id: "traceId",
  span_id: "spanId",
  parent_span_id: "parentSpanId",
  trace_state: "traceState",
  config_revision: "configRevision",
  scheme: "scheme",
  http_version: "httpVersion",
  method: "method",
  host: "host",
  path: "path",
  query: "query",
  route: "route",
  service: "service",
  api_version: "apiVersion",
  content_type: "contentType",
  user_agent: "userAgent",
  tls_version: "tlsVersion",
  issuer: "authIssuer",
  auth_method: "authMethod",
  auth_outcome: "authOutcome",
  rule: "rule",
  rule_source: "ruleSource",
  policy_revision: "policyRevision",
  shadow_rule: "shadowRule",
  shadow_rule_source: "shadowRuleSource",
  upstream: "upstream",
  picker: "picker",
  error_code: "errorCode",
  error_source: "errorSource",
  limited_by: "limitedBy",
  breaker: "breaker",
  fault: "fault",
} as const;
const DURATIONS = {
  duration_ns: "durationNs",
  identify_ns: "identifyNs",
  authorize_ns: "authorizeNs",
  balance_ns: "balanceNs",
  queue_ns: "queueNs",
  connect_ns: "connectNs",
  upstream_first_byte_ns: "upstreamFirstByteNs",
  upstream_ns: "upstreamNs",
} as const;
const SIZES = { request_bytes: "requestBytes", response_bytes: "responseBytes" } as const;
const NUMBERS = { ...DURATIONS, ...SIZES };

/** Three digits, and what they are of. */
function expectNear(kept: unknown, given: number): void {
  const whole = Math.round(given);
  expect(Math.abs(Number(kept) - whole)).toBeLessThanOrEqual(whole / 1000);
  if (whole < 1000) expect(kept).toBe(whole);
}

test("what is read back equals the record", () => {
  const texts = fc.record(Object.fromEntries(Object.values(TEXTS).map((field) => [field, text])));
  const numbers = fc.record(
    Object.fromEntries(Object.values(NUMBERS).map((field) => [field, count])),
  );
  const lists = fc.array(text, { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.record({ texts, numbers, values: lists, names: headers, flag: fc.boolean() }),
      ({ texts, numbers, values, names, flag }) => {
        const record = Object.assign(new RequestRecord(), texts, numbers);
        record.sampled = flag;
        record.completed = !flag;
        record.policyRequest = record.rolePath = values;
        record.policyReplay = "json";
        record.shadowDecision = "deny";
        record.shadowRevision = "abc";
        record.identity = { ...record.identity, subject: values[0] ?? "", roles: values };
        record.candidates = values;
        record.candidateScores = values.map((_, at) => at * 1.5);
        record.candidateInflight = values.map((_, at) => at);
        record.headers = names.flatMap((name) => [name, name]);
        const row = rowOf(record);
        for (const [column, field] of Object.entries(TEXTS)) {
          expect(row[column]).toBe(wellFormed(record[field]));
        }
        for (const [column, field] of Object.entries(SIZES)) {
          expect(row[column]).toBe(Math.round(record[field]));
        }
        for (const [column, field] of Object.entries(DURATIONS)) {
          expectNear(row[column], record[field]);
        }
        const expected = values.map((value) => wellFormed(value));
        const isExact = expected.every((value, at) => value === values[at]);
        expect(row).toMatchObject({
          policy_replay: isExact ? "json" : "cut",
          role_path: expected,
          shadow_decision: "deny",
          shadow_revision: "abc",
          sampled: flag,
          completed: !flag,
          instance: "weir-1",
          worker: 3,
        });
        expect([row["policy_request"], row["roles"], row["candidates"]]).toEqual([
          expected,
          expected,
          expected,
        ]);
        expect(row["candidate_scores"]).toEqual(record.candidateScores);
        expect(row["candidate_inflight"]).toEqual(record.candidateInflight);
        expect(Object.entries(row["headers"] as object).toSorted(byText)).toEqual(
          names.map((name) => [wellFormed(name), wellFormed(name)]).toSorted(byText),
        );
      },
    ),
  );
});

test("numbers of any value become what their columns hold", () => {
  fc.assert(
    fc.property(anyNumber, (value) => {
      const record = new RequestRecord();
      record.durationNs = record.status = record.traceFlags = value;
      record.candidates = ["a"];
      record.candidateScores = [value];
      const row = rowOf(record);
      const clamped = (most: number) => (value > 0 ? Math.min(Math.round(value), most) : 0);
      expectNear(row["duration_ns"], clamped(Number.MAX_SAFE_INTEGER));
      expect(row["status"]).toBe(clamped(0xffff));
      expect(row["trace_flags"]).toBe(clamped(0xff));
      const [score] = row["candidate_scores"] as number[];
      const bounded = Math.max(-3.38e38, Math.min(3.38e38, Number.isNaN(value) ? 0 : value));
      expect(Math.abs((score ?? 0) - bounded)).toBeLessThanOrEqual(
        Math.max(Math.abs(bounded) / 250, LEAST_SINGLE),
      );
    }),
  );
});

test.each([
  [0, "0000000000.000000000"],
  [Number.NaN, "0000000000.000000000"],
  [1_795_294_080_123.25, "1795294080.123248640"],
  [1_795_294_080_999.5, "1795294080.999497728"],
  [Infinity, "9223372036.853997568"],
])("started_at %d is written %s", (startedAtMs, expected) => {
  const record = Object.assign(new RequestRecord(), { startedAtMs });
  expect(rowOf(record)["started_at"]).toBe(expected);
});

/** Everything in the record as long as it can be, made of `unit`. */
function enormous(unit: string): RequestRecord {
  const long = unit.repeat(100_000);
  const many = Array.from({ length: 5000 }, () => long);
  const record = new RequestRecord();
  for (const field of Object.values(TEXTS)) record[field] = long;
  for (const field of Object.values(NUMBERS)) record[field] = Number.MAX_VALUE;
  record.startedAtMs = 1_795_294_080_000;
  record.clientAddress = long;
  record.identity = { subject: long, kind: "token", issuer: long, roles: many, attributes: {} };
  record.policyRequest = record.rolePath = many;
  record.shadowRevision = long;
  record.candidates = record.headers = record.attributes = many;
  record.candidateScores = many.map(() => -1.1e-100);
  record.candidateInflight = many.map(() => 1e9);
  const attempt = {
    upstream: long,
    startedNs: 1e300,
    durationNs: 1e300,
    status: 1e9,
    error: long,
  };
  record.attempts.push(...many.map(() => attempt));
  return record;
}

test.each([["x"], ["\u0000"], ['"'], ["é"], ["€"], ["😀"], ["\ud800"], ["\\"]])(
  "a record of nothing but endless %j is cut to its limits and stays valid",
  (unit) => {
    const record = enormous(unit);
    expect(framesOf([record]).length).toBeLessThan(MAX_ROW_BYTES + HEAD_BYTES);
    const row = rowOf(record);
    const path = String(row["path"]);
    expect(path.endsWith("…")).toBe(true);
    expect(path.slice(0, -1).replaceAll(wellFormed(unit), "")).toBe("");
    expect(Buffer.byteLength(path)).toBeGreaterThan(ROW_LIMITS.path - 8);
    expect(row["attempt_upstream"]).toHaveLength(ROW_LIMITS.parallel);
    expect(row["policy_replay"]).toBe("cut");
  },
);

test.each([
  ["a tuple that fits", ["alice", "/a", "GET"], "", ""],
  ["JSON texts that fit", ['{"a":1}', '"/a"'], "json", "json"],
  ["a redacted one", ["alice", "-"], "redacted", "redacted"],
  ["a field that is cut", ["alice", "/".repeat(ROW_LIMITS.policyRequest)], "", "cut"],
  ["fields that are left out", ["/".repeat(ROW_LIMITS.policyRequest - 4), "b", "c"], "", "cut"],
  ["a lone surrogate", ["\ud800"], "", "cut"],
  ["no tuple", [], "", ""],
] as const)("%s: policy_replay", (...[, policyRequest, policyReplay, expected]) => {
  const row = rowOf(Object.assign(new RequestRecord(), { policyRequest, policyReplay }));
  expect(row["policy_replay"]).toBe(expected);
  if (expected !== "cut") expect(row["policy_request"]).toEqual(policyRequest);
});

test("a row without a candidate policy says nothing of one", () => {
  const row = rowOf(new RequestRecord());
  const shadow = Object.entries(row).filter(([column]) => column.startsWith("shadow_"));
  expect(shadow.map(([, value]) => value)).toEqual(["", "", "", ""]);
});

/** Few words, so that groups have the same ones, and none. */
const someWord = fc.constantFrom("", "a", "orders", "http://10.0.0.1:8080", "é");
const someRecord = fc
  .record({
    route: someWord,
    service: someWord,
    path: text,
    candidates: fc.array(someWord, { maxLength: 4 }),
    headers: fc.array(someWord, { maxLength: 4 }),
    durationNs: count,
    completed: fc.boolean(),
    tries: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ tries, ...fields }) => {
    const record = Object.assign(new RequestRecord(), fields);
    const { durationNs } = record;
    for (let at = 0; at < tries; at++)
      record.attempts.push({
        upstream: "u",
        startedNs: at,
        durationNs,
        status: 200,
        error: "",
      });
    return record;
  });

test("rows are the same whether they are written at once or one by one", () => {
  fc.assert(
    fc.property(
      fc.array(someRecord, { minLength: 1, maxLength: MAX_GROUP_ROWS + 9 }),
      (records) => {
        const alone = records.flatMap((record) => rowsOf(framesOf([record])));
        expect(rowsOf(framesOf(records))).toEqual(alone);
        const lines = linesOf(framesOf(records), SPOOLED_COLUMNS).toString().trimEnd().split("\n");
        const said = lines.map((line) => {
          const values = JSON.parse(line) as unknown[];
          return Object.fromEntries(SPOOLED_COLUMNS.map((column, at) => [column, values[at]]));
        });
        for (const [at, row] of alone.entries()) expect(row).toMatchObject(said[at] ?? {});
      },
    ),
    { numRuns: 40 },
  );
});

test("a frame counts only whole and as it was written", () => {
  const one = framesOf([Object.assign(new RequestRecord(), { path: "/1" })]);
  const two = framesOf([new RequestRecord(), new RequestRecord()]);
  const both = Buffer.concat([one, two]);
  expect(wholeFrames(both, Infinity)).toEqual({ length: both.length, rows: 3 });
  expect(wholeFrames(both, 1)).toEqual({ length: one.length, rows: 1 });
  for (let length = 0; length < both.length; length++) {
    const rows = length < one.length ? 0 : 1;
    expect(wholeFrames(both.subarray(0, length), Infinity).rows).toBe(rows);
  }
  for (let at = 0; at < one.length; at++) {
    const broken = Buffer.from(both);
    broken[at] = (broken[at] ?? 0) ^ 0x10;
    expect(wholeFrames(broken, Infinity).rows, `byte ${String(at)}`).toBe(0);
  }
  expect(wholeFrames(Buffer.alloc(100), Infinity)).toEqual({ length: 0, rows: 0 });
});

test("the fullest group there can be fits", () => {
  const frames = framesOf(Array.from({ length: MAX_GROUP_ROWS }, () => enormous("€")));
  expect(frames.length).toBeLessThan(MAX_GROUP_BYTES);
  expect(wholeFrames(frames, Infinity).rows).toBe(MAX_GROUP_ROWS);
});
