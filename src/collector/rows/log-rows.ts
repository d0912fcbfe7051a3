// A log record as a row of otel_logs, in the columns' order of telemetry/streams.ts.
import { LOG_RECORD } from "../otlp/messages.ts";
import { Instant } from "../otlp/numbers.ts";
import { MessageScan } from "../otlp/scan.ts";
import { writeAnyValue } from "./any-value.ts";
import { Attributes } from "./attributes.ts";
import { Fields, type IdField, SPAN_ID, TRACE_ID } from "./fields.ts";
import { JsonLines } from "./json-lines.ts";
import { LIMITS } from "./limits.ts";
import type { Origin } from "./origin.ts";
import type { Rows, RowSource, StreamLines } from "./rows.ts";
import type { Tally } from "./tally.ts";
import { isBelievable } from "./times.ts";

const TRACE: IdField = [9, TRACE_ID];
const SPAN: IdField = [10, SPAN_ID];
const UINT8 = 0xff;

export function createLogRows(tally: Tally): Rows {
  return new LogRows(tally);
}

class LogRows implements Rows {
  readonly #tally: Tally;
  readonly #lines: JsonLines;
  readonly #fields: Fields;
  readonly #attributes: Attributes;
  readonly #record = new MessageScan(LOG_RECORD);
  readonly #at = new Instant();
  #service: Buffer = Buffer.alloc(0);
  #origin: Buffer = Buffer.alloc(0);
  #bytes: Buffer = Buffer.alloc(0);
  #nowMs = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#lines = new JsonLines(tally);
    this.#fields = new Fields(this.#lines);
    this.#attributes = new Attributes(tally);
  }

  begin({ bytes, nowMs }: RowSource): void {
    this.#bytes = bytes;
    this.#nowMs = nowMs;
    this.#lines.reset(bytes);
    this.#fields.begin(bytes);
  }

  from({ resource, scope }: Origin): void {
    this.#service = resource.service;
    this.#origin = Buffer.concat([
      resource.schemaUrl,
      resource.attributes,
      scope.schemaUrl,
      scope.name,
      scope.version,
      scope.attributes,
    ]);
  }

  add(start: number, end: number): void {
    this.#record.read(this.#bytes, start, end);
    this.#readTime(this.#record);
    if (!isBelievable(this.#at, this.#nowMs)) this.#tally.reject("invalid_time");
    else if (this.#lines.isFull) this.#tally.reject("too_large");
    else this.#write(this.#record);
  }

  made(): readonly StreamLines[] {
    return [{ stream: "logs", lines: this.#lines }];
  }

  /** When it happened; else when it was seen by who sends it, else now (OTLP, logs.proto). */
  #readTime(record: MessageScan): void {
    this.#at.read(this.#bytes, record.start(1));
    if (this.#at.isZero) this.#at.read(this.#bytes, record.start(11));
    const nowMs = this.#nowMs;
    if (this.#at.isZero) this.#at.set(Math.floor(nowMs / 1000), Math.floor(nowMs % 1000) * 1e6);
  }

  #write(record: MessageScan): void {
    const bytes = this.#bytes;
    const lines = this.#lines;
    const fields = this.#fields;
    lines.beginLine();
    lines.time(this.#at.seconds, this.#at.nanos);
    fields.id(record, TRACE);
    fields.id(record, SPAN);
    // The low eight bits are W3C's trace flags, which is what the column holds.
    const flags = record.start(8);
    lines.bare(String(flags < 0 ? 0 : (bytes[flags] ?? 0)));
    fields.string(record, 3, LIMITS.name);
    lines.bare(String(Math.min(record.uint32(bytes, 2), UINT8)));
    lines.raw(this.#service);
    writeAnyValue(lines, { bytes, start: record.start(5), end: record.end(5) }, LIMITS.body);
    lines.raw(this.#origin);
    this.#attributes.read(bytes, record.list(6));
    this.#attributes.write(lines, LIMITS.attributes);
    fields.string(record, 12, LIMITS.name);
    lines.endLine();
  }
}
