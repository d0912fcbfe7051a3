// Requests as rows by column name, from JSON and from the protobuf that the same JSON becomes.
import { createDecoder, type OtlpSignal } from "../../../src/collector/decoder.ts";
import { transcode } from "../../../src/collector/otlp/transcode.ts";
import type { Tally } from "../../../src/collector/rows/tally.ts";
import { type Signal, STREAMS } from "../../../src/telemetry/streams.ts";

/** 2023-11-14T22:13:20Z */
export const NOW_S = 1_700_000_000;
const NOW_MS = NOW_S * 1000;
export const NOW_NS = `${NOW_S}000000000`;

export type Row = Readonly<Record<string, unknown>>;

export interface Decoded {
  readonly rows: Readonly<Partial<Record<Signal, readonly Row[]>>>;
  readonly tally: Tally;
  readonly bytes: number;
}

/** `body`: what stands in JSON, or its bytes. */
export function decodeJson(signal: OtlpSignal, body: unknown): Decoded {
  const { envelope } = createDecoder(signal);
  const json = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return decodeProtobuf(signal, transcode(json, envelope.request));
}

export function decodeProtobuf(signal: OtlpSignal, bytes: Buffer): Decoded {
  const { decode, tally } = createDecoder(signal);
  const rows: Partial<Record<Signal, readonly Row[]>> = {};
  let length = 0;
  for (const { stream, lines } of decode({ bytes, nowMs: NOW_MS })) {
    const { columns } = STREAMS[stream];
    const texts = lines.taken().toString().split("\n");
    length += lines.length;
    rows[stream] = texts.slice(0, -1).map((text) => rowOf(columns, text));
  }
  return { rows, tally, bytes: length };
}

function rowOf(columns: readonly string[], text: string): Row {
  const values = JSON.parse(text) as unknown[];
  if (values.length !== columns.length) throw new Error(`${values.length} values: ${text}`);
  return Object.fromEntries(columns.map((column, at) => [column, values[at]]));
}

export function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

export const TRACE = "5b8efff798038103d269b633813fc60c";
export const SPAN = "eee19b7ec3c1b174";

export function attribute(key: string, value: object): object {
  return { key, value };
}

export function traces(...spans: readonly object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

export function logs(...logRecords: readonly object[]): object {
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
}

export function metrics(...all: readonly object[]): object {
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: all }] }] };
}

/** A span with what it must have, and what is given. */
export function span(given: object = {}): object {
  return { traceId: TRACE, spanId: SPAN, name: "work", startTimeUnixNano: NOW_NS, ...given };
}
