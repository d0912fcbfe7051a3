// Appends whole lines to a writer's own segments, one open at a time, as far as the disk allows.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { formatSegmentName, parseSegmentName } from "./segment-name.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import { nodeFiles, SpoolSegment, type SegmentFiles } from "./spool-segment.ts";
import type { Spool } from "./spool.ts";

export interface SegmentWriterOptions {
  readonly spool: Spool;
  /** Of all who write to this spool at the same time, only this one has the number. */
  readonly writer: number;
  /** What the lines hold, by the stream's columns. */
  readonly rowVersion: number;
  readonly log: Log;
  readonly files?: SegmentFiles;
}

/** After a failed write; long enough to cost nothing, short enough to be forgotten. */
const RETRY_AFTER_MS = 1000;
const SEGMENT_AGE_MS = 60_000;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #gauge: SpoolGauge;
  readonly #fault: Fault;
  #open: SpoolSegment | null = null;
  /** Of the next segment. */
  #sequence: number;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#gauge = new SpoolGauge(options.spool.gauge);
    this.#fault = new Fault(options.log);
    this.#sequence = nextSequence(options);
  }

  /** Bytes that still fit into the spool. */
  get roomBytes(): number {
    return this.#options.spool.maxBytes - this.#gauge.usedBytes;
  }

  /** After a failed write nothing is tried for a while. */
  isResting(nowMs: number): boolean {
    return this.#fault.holds(nowMs);
  }

  /** Whether the first `length` bytes, which are whole lines, are with the kernel. Never throws. */
  append(lines: Buffer, length: number, nowMs: number): boolean {
    if (this.#fault.holds(nowMs)) return false;
    try {
      this.#segmentFor(length, nowMs).append(lines, length);
    } catch (error) {
      this.#abandonTorn();
      this.#fault.began(nowMs, error);
      return false;
    }
    this.#gauge.addUsed(length);
    this.#fault.over();
    return true;
  }

  close(): void {
    const open = this.#open;
    this.#open = null;
    open?.close();
  }

  /** Leaves a segment that ends in a torn line to the drain, and counts the bytes of that line. */
  #abandonTorn(): void {
    const torn = this.#open?.torn ?? 0;
    if (torn === 0) return;
    this.#gauge.addUsed(torn);
    this.close();
  }

  /** The next one is made when a line needs it. */
  #segmentFor(length: number, nowMs: number): SpoolSegment {
    const open = this.#open;
    const { spool, writer, rowVersion, files } = this.#options;
    if (open !== null) {
      const fits = open.bytes === 0 || open.bytes + length <= spool.segmentBytes;
      if (fits && nowMs - open.openedAtMs < SEGMENT_AGE_MS) return open;
      this.close();
    }
    const file = formatSegmentName({
      createdAtMs: nowMs,
      run: spool.run,
      worker: writer,
      sequence: this.#sequence++,
      rowVersion,
    });
    this.#open = new SpoolSegment(join(spool.folder, file), files ?? nodeFiles, nowMs);
    return this.#open;
  }
}

/** A disk that fails: said once, tried again after a pause, said again when it is over. */
class Fault {
  readonly #log: Log;
  #sinceMs = Number.NaN;
  #retryAtMs = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A clock set back ends the pause early rather than stretching it. */
  holds(nowMs: number): boolean {
    return nowMs < this.#retryAtMs && nowMs > this.#retryAtMs - RETRY_AFTER_MS - 1;
  }

  began(nowMs: number, error: unknown): void {
    this.#retryAtMs = nowMs + RETRY_AFTER_MS;
    if (!Number.isNaN(this.#sinceMs)) return;
    this.#sinceMs = nowMs;
    this.#log.error("spool_write_failed", { reason: messageOf(error) });
  }

  over(): void {
    if (Number.isNaN(this.#sinceMs)) return;
    this.#log.info("spool_write_recovered", { since: new Date(this.#sinceMs).toISOString() });
    this.#sinceMs = Number.NaN;
  }
}

/** A writer that replaces a dead one goes on counting, so that its segments are the newest. */
function nextSequence({ spool, writer }: SegmentWriterOptions): number {
  let next = 0;
  for (const file of readdirSync(spool.folder)) {
    const name = parseSegmentName(file);
    if (name?.run === spool.run && name.worker === writer) next = Math.max(next, name.sequence + 1);
  }
  return next;
}
