// A span's line as the spool has it: what sampling asks of it, and the same line with the share it was drawn from.
import { STREAMS } from "../../telemetry/streams.ts";
import { NOBODY, type Threshold, thresholdIn, withThreshold } from "./threshold.ts";

export interface SpanFacts {
  readonly traceId: string;
  readonly traceState: string;
  readonly service: string;
  readonly name: string;
  readonly isError: boolean;
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

type Attributes = Readonly<Record<string, string>>;

const NEWLINE = 0x0a;
/** What samplers of other makers leave; the store believes it before a threshold (0003_otel_traces.sql). */
const RATE = "SampleRate";
const TRACE_ID = columnOf("TraceId");
const TRACE_STATE = columnOf("TraceState");
const NAME = columnOf("SpanName");
const SERVICE = columnOf("ServiceName");
const RESOURCE = columnOf("ResourceAttributes");
const ATTRIBUTES = columnOf("SpanAttributes");
const DURATION = columnOf("Duration");
const STATUS = columnOf("StatusCode");

function columnOf(name: string): number {
  return STREAMS.spans.columns.indexOf(name);
}

/** Lines that end, in latin1, a byte each; none keeps the memory of the others. */
export function linesIn(bytes: Buffer): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.toString("latin1", start, end));
    start = end + 1;
  }
  return lines;
}

/** `line`: of the stream of spans. */
export function readSpan(line: string): SpanFacts {
  const values = JSON.parse(line) as readonly unknown[];
  return {
    traceId: String(values[TRACE_ID]),
    traceState: String(values[TRACE_STATE]),
    service: String(values[SERVICE]),
    name: String(values[NAME]),
    isError: values[STATUS] === "Error",
    durationMs: Number(values[DURATION]) / 1e6,
    attributes: values[ATTRIBUTES] as Attributes,
    resource: values[RESOURCE] as Attributes,
  };
}

/**
 * The line of a span that was kept with all others above `threshold`. Where samplers before kept less, it is as it
 * was: what they kept stands for what this one would have kept, too.
 */
export function drawnFrom(line: string, threshold: Threshold): string {
  if (threshold === 0n) return line;
  const { traceState, attributes } = readSpan(line);
  const before = thresholdIn(traceState);
  if (before >= threshold) return line;
  const rate = rateOf(attributes);
  const rated =
    rate >= 1
      ? withColumn(line, ATTRIBUTES, {
          ...attributes,
          [RATE]: String(rate * more(before, threshold)),
        })
      : line;
  return withColumn(rated, TRACE_STATE, withThreshold(traceState, threshold));
}

/** 0: none, or none that the store believes. */
function rateOf({ [RATE]: rate = "" }: Attributes): number {
  return /^\d{1,9}(?:\.\d+)?$/.test(rate) ? Number(rate) : 0;
}

/** How many spans above one threshold there are for one above the other. */
function more(before: Threshold, after: Threshold): number {
  return Number(NOBODY - before) / Number(NOBODY - after);
}

function withColumn(line: string, column: number, value: unknown): string {
  const start = columnStart(line, column);
  return line.slice(0, start) + JSON.stringify(value) + line.slice(valueEnd(line, start));
}

/** The line is JSON without blanks between values. */
function columnStart(line: string, column: number): number {
  let at = 1;
  for (let passed = 0; passed < column; passed++) at = valueEnd(line, at) + 1;
  return at;
}

/** Past the value that begins at `start`: at the comma or bracket behind it. */
function valueEnd(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const sign = line[at];
    if (sign === '"') at = stringEnd(line, at);
    else if (sign === "[" || sign === "{") depth++;
    else if (depth === 0 && (sign === "," || sign === "]")) return at;
    else if (sign === "]" || sign === "}") depth--;
  }
  return line.length;
}

/** Of its closing quote. */
function stringEnd(line: string, start: number): number {
  let at = start + 1;
  while (line[at] !== '"') at += line[at] === "\\" ? 2 : 1;
  return at;
}
