// Log records as lines of the spool: rows of otel_logs, in the columns' order of telemetry/streams.ts.
import { JsonLines } from "../rows/json-lines.ts";
import { COUNTS, LIMITS } from "../rows/limits.ts";
import { Tally } from "../rows/tally.ts";
import { isBelievable } from "../rows/times.ts";
import type { InstantOf, LogOrigin, LogRecord, Texts } from "./log-record.ts";
import { sortedNames } from "./read-line.ts";

const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const NOTHING = Buffer.alloc(0);

export class LogLines {
  readonly tally = new Tally();
  readonly #lines = new JsonLines(this.tally);

  get rows(): number {
    return this.#lines.rows;
  }

  /** No further line belongs to the same batch. */
  get isFull(): boolean {
    return this.#lines.isFull;
  }

  get length(): number {
    return this.#lines.length;
  }

  /** All lines; until the next `reset`. */
  taken(): Buffer {
    return this.#lines.taken();
  }

  reset(): void {
    this.tally.reset();
    this.#lines.reset(NOTHING);
  }

  add({ service, attributes }: LogOrigin, record: LogRecord, nowMs: number): void {
    const lines = this.#lines;
    lines.beginLine();
    this.#time(record.at, nowMs);
    lines.quoted(record.traceId);
    lines.quoted(record.spanId);
    lines.bare("0");
    lines.text(record.severityText, LIMITS.name);
    lines.bare(String(record.severityNumber));
    const name = service || (attributes["service.name"] ?? "");
    lines.text(name, LIMITS.name);
    lines.text(record.body, LIMITS.body);
    lines.quoted("");
    const named = name === "" ? attributes : { ...attributes, "service.name": name };
    this.#map(named, LIMITS.resource);
    this.#noScope();
    this.#map(record.attributes, LIMITS.attributes);
    lines.quoted("");
    lines.endLine();
  }

  #time(at: InstantOf | null, nowMs: number): void {
    const isSound = at !== null && isBelievable(at, nowMs);
    const { seconds, nanos } = isSound ? at : fromMs(nowMs);
    this.#lines.time(seconds, nanos);
  }

  #noScope(): void {
    for (let column = 0; column < 3; column++) this.#lines.quoted("");
    this.#map({}, 0);
  }

  #map(texts: Texts, limit: number): void {
    const lines = this.#lines;
    const last = lines.length + limit;
    const names = sortedNames(texts);
    this.tally.cut += Math.max(0, names.length - COUNTS.attributes);
    lines.open(OPEN_MAP);
    for (const name of names.slice(0, COUNTS.attributes)) {
      const room = last - lines.length;
      if (room <= 0) {
        this.tally.cut++;
        continue;
      }
      lines.text(name, LIMITS.key);
      lines.nameEnds();
      lines.text(texts[name] ?? "", Math.min(LIMITS.value, room));
    }
    lines.close(CLOSE_MAP);
  }
}

function fromMs(ms: number): InstantOf {
  return { seconds: Math.floor(ms / 1000), nanos: Math.floor(ms % 1000) * 1e6 };
}
