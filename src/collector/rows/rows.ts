// What a signal's rows are made by: told of a request's parts one after the other.
import type { Signal } from "../../telemetry/streams.ts";
import type { JsonLines } from "./json-lines.ts";
import type { Origin } from "./origin.ts";

export interface Rows {
  readonly begin: (source: RowSource) => void;
  /** What follows comes from there. */
  readonly from: (origin: Origin) => void;
  /** A span, a log record or a metric: a message between these two bytes of the source. @throws Undecodable */
  readonly add: (start: number, end: number) => void;
  /** The rows so far; until the next `begin`. */
  readonly made: () => readonly StreamLines[];
}

export interface RowSource {
  readonly bytes: Buffer;
  readonly nowMs: number;
}

export interface StreamLines {
  readonly stream: Signal;
  readonly lines: Pick<JsonLines, "rows" | "length" | "taken">;
}
