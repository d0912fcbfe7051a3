// The body of POST /v1/lines as rows: lines of JSON or text, or one array of them.
import { parseBoundedJson } from "../otlp/bounded-json.ts";
import type { StreamLines } from "../rows/rows.ts";
import type { Tally } from "../rows/tally.ts";
import { LogLines } from "./log-lines.ts";
import type { LogOrigin, LogRecord } from "./log-record.ts";
import { isObject, plainRecord, readLine, recordOf } from "./read-line.ts";

export interface LinesSource {
  readonly bytes: Buffer;
  /** One JSON value, an array of records or one of them, rather than lines. */
  readonly isWhole: boolean;
  readonly origin: LogOrigin;
  readonly nowMs: number;
}

export interface LinesDecoder {
  readonly tally: Tally;
  /** Rows, until the next call. @throws Undecodable */
  readonly decode: (source: LinesSource) => readonly StreamLines[];
}

export function createLinesDecoder(): LinesDecoder {
  const lines = new LogLines();
  const { tally } = lines;
  return {
    tally,
    decode({ bytes, isWhole, origin, nowMs }) {
      lines.reset();
      for (const item of isWhole ? itemsOf(bytes) : linesOf(bytes)) {
        if (lines.isFull) tally.reject("too_large");
        else lines.add(origin, isWhole ? itemRecord(item) : readLine(String(item)), nowMs);
      }
      return lines.rows === 0 ? [] : [{ stream: "logs", lines }];
    },
  };
}

/** An object may also stand alone. */
function itemsOf(bytes: Buffer): readonly unknown[] {
  const value = parseBoundedJson(bytes);
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function itemRecord(item: unknown): LogRecord {
  if (isObject(item)) return recordOf(item);
  return plainRecord(typeof item === "string" ? item : JSON.stringify(item));
}

function* linesOf(bytes: Buffer): Generator<string> {
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.toString("utf8", start, end).trimEnd();
    if (line !== "") yield line;
    start = end + 1;
  }
}
