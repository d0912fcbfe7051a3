// Made-up bytes and JSON at the collector's decoders, made-up lines at its other inputs: Undecodable or rows, soon, and rows that are whole lines of JSON.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LogLines } from "../../src/collector/lines/log-lines.ts";
import { readLine } from "../../src/collector/lines/read-line.ts";
import { SyslogFrames } from "../../src/collector/syslog/framing.ts";
import { UTC } from "../../src/core/time-zone.ts";
import { parseSyslog } from "../../src/collector/syslog/parse-syslog.ts";
import type { LogRecord } from "../../src/collector/lines/log-record.ts";
import { createDecoder, OTLP_SIGNALS, type OtlpSignal } from "../../src/collector/decoder.ts";
import { transcode } from "../../src/collector/otlp/transcode.ts";
import { Undecodable } from "../../src/collector/otlp/undecodable.ts";
import { MAX_LINE_BYTES } from "../../src/collector/rows/limits.ts";
import { STREAMS } from "../../src/telemetry/streams.ts";
import { logs, metrics, NOW_NS, span, traces } from "../collector/support/decoded.ts";
import { fuzz, mutated, mutatedBytes } from "./support/fuzz.ts";

const SHARE = 1 / 9;
const NOW_MS = Number(NOW_NS.slice(0, -6));
const decoders = new Map(OTLP_SIGNALS.map((signal) => [signal, createDecoder(signal)]));

const attributes = [
  { key: "a", value: { stringValue: "täxt" } },
  {
    key: "b",
    value: { arrayValue: { values: [{ intValue: "1" }, { kvlistValue: { values: [] } }] } },
  },
  { key: "c", value: { kvlistValue: { values: [{ key: "d", value: { doubleValue: 0.5 } }] } } },
];
const point = {
  timeUnixNano: NOW_NS,
  attributes,
  exemplars: [{ timeUnixNano: NOW_NS, asInt: "5" }],
};
const buckets = { offset: -3, bucketCounts: ["1", "300"] };

const BODIES: Readonly<Record<OtlpSignal, object>> = {
  traces: traces(
    span({
      attributes,
      events: [{ timeUnixNano: NOW_NS, name: "e", attributes }],
      links: [{ traceId: "00", attributes }],
      status: { code: 2, message: "m" },
    }),
  ),
  logs: logs({ timeUnixNano: NOW_NS, body: { kvlistValue: { values: attributes } }, attributes }),
  metrics: metrics(
    { name: "g", gauge: { dataPoints: [{ ...point, asDouble: "NaN" }] } },
    {
      name: "h",
      histogram: {
        dataPoints: [{ ...point, count: "3", bucketCounts: ["1", "2"], explicitBounds: [1] }],
      },
    },
    {
      name: "e",
      exponentialHistogram: { dataPoints: [{ ...point, positive: buckets, negative: buckets }] },
    },
    {
      name: "s",
      summary: {
        dataPoints: [{ timeUnixNano: NOW_NS, quantileValues: [{ quantile: 1, value: 2 }] }],
      },
    },
  ),
};

function jsonOf(signal: OtlpSignal): string {
  return JSON.stringify(BODIES[signal]);
}

/** Whatever the bytes are: all that comes out of them can be sent to the store. */
function decode(signal: OtlpSignal, read: (signal: OtlpSignal) => Buffer): void {
  const decoder = decoders.get(signal)!;
  try {
    for (const { stream, lines } of decoder.decode({ bytes: read(signal), nowMs: NOW_MS })) {
      const { columns } = STREAMS[stream];
      const texts = lines.taken().toString().split("\n");
      expect(texts.pop()).toBe("");
      expect(texts).toHaveLength(lines.rows);
      for (const text of texts) {
        expect(text.length).toBeLessThan(MAX_LINE_BYTES);
        expect(JSON.parse(text)).toHaveLength(columns.length);
      }
    }
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Undecodable);
  }
}

for (const signal of OTLP_SIGNALS) {
  const { envelope } = decoders.get(signal)!;
  const protobuf = transcode(Buffer.from(jsonOf(signal)), envelope.request);

  test(`${signal}: protobuf of which anything was changed`, () => {
    const changes = fc.array(fc.tuple(fc.nat(protobuf.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    const input = fc.tuple(changes, fc.nat(protobuf.length));
    const target = ([at, end]: readonly [readonly (readonly [number, number])[], number]): void => {
      const bytes = Buffer.from(protobuf);
      for (const [place, byte] of at) bytes[place] = byte;
      decode(signal, () => bytes);
      decode(signal, () => bytes.subarray(0, end));
    };
    fuzz(input, target, SHARE / 3);
  });

  test(`${signal}: JSON of which anything was changed`, () => {
    const target = (text: string): void =>
      decode(signal, () => transcode(Buffer.from(text), envelope.request));
    fuzz(mutated([jsonOf(signal)]), target, SHARE / 3);
  });
}

const logLines = new LogLines();

function asRow(record: LogRecord): void {
  logLines.reset();
  logLines.add({ service: "s", attributes: {} }, record, NOW_MS);
  const text = logLines.taken().toString();
  expect(text.indexOf("\n")).toBe(text.length - 1);
  expect(text.length).toBeLessThan(MAX_LINE_BYTES);
  expect(JSON.parse(text)).toHaveLength(STREAMS.logs.columns.length);
}

test("syslog: a stream of anything is messages, each of them a row", () => {
  const streams = [
    '<165>1 2003-10-11T22:14:15.003Z h app 17 ID47 [a@1 b="c\\"" d="\\]"][e] \ufeffmessage\n',
    '<34>Oct 11 22:14:15 host su[17]: {"level":"warn","msg":"m","trace_id":"x"}\n<1>x\n',
    "12 <13>app: text97 <191>1 - - - - - - m",
  ];
  const target = (text: string): void => {
    const frames = new SyslogFrames(65_536);
    const bytes = Buffer.from(text, "latin1");
    const half = bytes.length >> 1;
    const messages = [bytes.subarray(0, half), bytes.subarray(half)].flatMap((part) => [
      ...frames.push(part),
    ]);
    for (const message of [...messages, frames.rest()]) {
      asRow(parseSyslog(message.toString(), { nowMs: NOW_MS, zone: UTC }).record);
    }
  };
  fuzz(mutatedBytes(streams), target, SHARE);
});

test("lines of logs: anything is a row", () => {
  const texts = [
    '{"time":"2023-11-14T22:13:20.5Z","level":"warn","msg":"m","trace_id":"5b8efff798038103d269b633813fc60c","a":{"b":[1]}}',
    '{"ts":1700000000.25,"severity":30,"span.id":"eee19b7ec3c1b174","__proto__":{"x":1}}',
    "2023-11-14 22:13:20,123 ERROR it failed",
  ];
  fuzz(mutated(texts), (text) => asRow(readLine(text)), SHARE);
});

test("bytes of no meaning", () => {
  fuzz(
    mutatedBytes(["\n\x02\x12\x00", "\x0a\xff\xff\xff\xff\x0f", "\x08\x01"]),
    (text) => {
      for (const signal of OTLP_SIGNALS) decode(signal, () => Buffer.from(text, "latin1"));
    },
    SHARE / 3,
  );
});

test("made-up JSON of any shape", () => {
  const names = [
    "resourceSpans",
    "scopeSpans",
    "spans",
    "traceId",
    "attributes",
    "value",
    "arrayValue",
    "x",
  ];
  const key = fc.constantFrom(...names);
  const shapes = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const { envelope } = decoders.get("traces")!;
  const target = (value: unknown): void =>
    decode("traces", () => transcode(Buffer.from(JSON.stringify(value)), envelope.request));
  fuzz(shapes.value, target, SHARE / 3);
});
