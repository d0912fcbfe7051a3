// Fields of one message written as values of a row: what all signals' rows have alike.
import { Instant } from "../otlp/numbers.ts";
import type { MessageScan } from "../otlp/scan.ts";
import type { JsonLines } from "./json-lines.ts";
import { storable } from "./times.ts";

/** Bytes of trace and span IDs (OTLP, trace.proto); one that is all zero is none. */
export const TRACE_ID = 16;
export const SPAN_ID = 8;

/** Where an ID is in its message, and how long it should be. */
export type IdField = readonly [number: number, length: number];

export class Fields {
  readonly #lines: JsonLines;
  readonly #instant = new Instant();
  #bytes: Buffer = Buffer.alloc(0);

  constructor(lines: JsonLines) {
    this.#lines = lines;
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
  }

  isId(scan: MessageScan, [number, length]: IdField): boolean {
    const start = scan.start(number);
    const end = scan.end(number);
    if (end - start !== length) return false;
    for (let at = start; at < end; at++) if (this.#bytes[at] !== 0) return true;
    return false;
  }

  /** Empty where it is none. */
  id(scan: MessageScan, field: IdField): void {
    const [number] = field;
    if (this.isId(scan, field)) this.#lines.hex(scan.start(number), scan.end(number));
    else this.#lines.quoted("");
  }

  string(scan: MessageScan, number: number, limit: number): void {
    this.#lines.string(scan.start(number), scan.end(number), limit);
  }

  /** A time beside that of the row, which may be anything. */
  time(scan: MessageScan, number: number): void {
    this.#instant.read(this.#bytes, scan.start(number));
    const { seconds, nanos } = storable(this.#instant);
    this.#lines.time(seconds, nanos);
  }

  uint32(scan: MessageScan, number: number): void {
    this.#lines.bare(String(scan.uint32(this.#bytes, number)));
  }

  double(scan: MessageScan, number: number): void {
    this.#lines.double(scan.double(this.#bytes, number));
  }
}
