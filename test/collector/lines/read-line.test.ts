// Lines of logs as records: what loggers of several makes write, and what is no JSON at all.
import { expect, test } from "vitest";
import { instantOf } from "../../../src/collector/lines/instant-text.ts";
import { LogLines } from "../../../src/collector/lines/log-lines.ts";
import { readLine } from "../../../src/collector/lines/read-line.ts";
import { severityOf, syslogSeverity } from "../../../src/collector/lines/severity.ts";
import { LIMITS, MAX_LINE_BYTES } from "../../../src/collector/rows/limits.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const SPAN = "eee19b7ec3c1b174";

test.each<[string, string, object]>([
  [
    "pino",
    `{"level":50,"time":1700000000123,"pid":7,"msg":"it failed","trace_id":"${TRACE}","span_id":"${SPAN}"}`,
    {
      at: { seconds: 1_700_000_000, nanos: 123_000_000 },
      severityText: "50",
      severityNumber: 17,
      traceId: TRACE,
      spanId: SPAN,
      body: "it failed",
      attributes: { pid: "7" },
    },
  ],
  [
    "logback",
    `{"@timestamp":"2023-11-14T22:13:20.5+01:00","level":"WARN","message":"slow","traceId":"${TRACE.toUpperCase()}"}`,
    {
      at: { seconds: 1_699_996_400, nanos: 500_000_000 },
      severityText: "WARN",
      severityNumber: 13,
      traceId: TRACE,
      body: "slow",
      attributes: {},
    },
  ],
  [
    "zap",
    '{"level":"info","ts":1700000000.25,"msg":"m","nested":{"a":[1,null]},"n":12345678901234567890}',
    {
      at: { seconds: 1_700_000_000, nanos: 250_000_000 },
      severityNumber: 9,
      attributes: { nested: '{"a":[1,null]}', n: "12345678901234567890" },
    },
  ],
  ["without a message", '{"a":"b"}', { body: '{"a":"b"}', attributes: { a: "b" }, at: null }],
  [
    "what is no time, level or ID stays an attribute",
    '{"msg":"m","time":"soon","level":"odd","trace_id":"123","span_id":"0000000000000000"}',
    {
      at: null,
      severityText: "odd",
      severityNumber: 0,
      traceId: "",
      spanId: "",
      attributes: { time: "soon", trace_id: "123", span_id: "0000000000000000" },
    },
  ],
  ["names of prototypes", '{"msg":"m","__proto__":"p"}', { body: "m" }],
  ["text", "ERROR it failed", { body: "ERROR it failed", severityNumber: 0, attributes: {} }],
  ["half a JSON", '{"msg":', { body: '{"msg":' }],
  ["a list", '["a"]', { body: '["a"]' }],
  ["too deep", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`, { at: null }],
])("%s", (_, line, wanted) => {
  expect(readLine(line)).toMatchObject(wanted);
});

test.each<[string, readonly [number, number] | null]>([
  ["2023-11-14T22:13:20Z", [1_700_000_000, 0]],
  ["2023-11-14 22:13:20,123", [1_700_000_000, 123_000_000]],
  ["2023-11-14T22:13:20.123456789+00:00", [1_700_000_000, 123_456_789]],
  ["2023-11-14T22:13:20-0100", [1_700_003_600, 0]],
  ["1700000000", [1_700_000_000, 0]],
  ["1700000000123", [1_700_000_000, 123_000_000]],
  ["1700000000123456", [1_700_000_000, 123_456_000]],
  ["1700000000123456789", [1_700_000_000, 123_456_789]],
  ["2023-13-14T22:13:20Z", null],
  ["yesterday", null],
  ["17", null],
  ["", null],
])("the time %s", (text, wanted) => {
  const at = instantOf(text);
  expect(at && [at.seconds, at.nanos]).toEqual(wanted);
});

test("levels are numbered as OpenTelemetry does", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((code) => syslogSeverity(code).severityNumber)).toEqual([
    21, 19, 18, 17, 13, 10, 9, 5,
  ]);
  expect(
    ["10", "20", "30", "40", "50", "60"].map((level) => severityOf(level).severityNumber),
  ).toEqual([1, 5, 9, 13, 17, 21]);
});

test("a record of any size is one line that the spool takes, and what was cut is counted", () => {
  const lines = new LogLines();
  lines.reset();
  const long = "\u0001".repeat(300_000);
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`${at}`, long]));
  const record = { ...readLine(long), attributes: many, severityText: long };
  lines.add({ service: long, attributes: many }, record, Date.UTC(2023, 10, 14));
  const text = lines.taken().toString();
  expect(text.length).toBeLessThan(MAX_LINE_BYTES);
  const row = JSON.parse(text) as readonly unknown[];
  expect(row).toHaveLength(STREAMS.logs.columns.length);
  expect(String(row[7]).length).toBeLessThanOrEqual(LIMITS.body / 6 + 1);
  expect(lines.tally.cut).toBeGreaterThan(1_000);
});
