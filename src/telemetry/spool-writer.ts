// A worker's end of the spool: rows are in the kernel's hands before `append` returns.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { ROW_VERSION } from "./columns.ts";
import type { RequestRecord } from "./record.ts";
import { createRowEncoder, type RowEncoder } from "./row-encoder.ts";
import { formatSegmentName, parseSegmentName } from "./segment-name.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import { nodeFiles, SpoolSegment, type SegmentFiles } from "./spool-segment.ts";
import { highWaterBytes, type Spool } from "./spool.ts";

export interface SpoolWriter {
  /**
   * Records an answered request; call it before the response's last byte is handed over.
   * False only where audit is required and the row could not be kept: then nothing may be answered.
   * Never throws; without audit a row that could not be kept is counted as dropped.
   */
  readonly append: (record: RequestRecord) => boolean;
  /** The same for several rows in one write; how many of them, from the first on, may be answered. */
  readonly appendAll: (records: readonly RequestRecord[]) => number;
  /** As `append`, but true only where the row is written, whatever audit asks for. */
  readonly keep: (record: RequestRecord) => boolean;
  /** False while a new request must be refused: audit is required, and the spool is full or failing. */
  readonly writable: () => boolean;
  readonly close: () => void;
}

export interface SpoolWriterOptions {
  readonly spool: Spool;
  readonly instance: string;
  readonly worker: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly files?: SegmentFiles;
}

/** After a failed write; long enough to cost nothing, short enough to be forgotten. */
const RETRY_AFTER_MS = 1000;
const SEGMENT_AGE_MS = 60_000;
/** Rows written at once, some hundred of them. */
const WRITE_BYTES = 262_144;

export function createSpoolWriter(options: SpoolWriterOptions): SpoolWriter {
  const { spool } = options;
  const required = spool.audit === "required";
  const rows = new RowWriter(options);
  const gauge = new SpoolGauge(spool.gauge);
  const highWater = highWaterBytes(spool);
  const keepAll = (records: readonly RequestRecord[]): number => {
    const kept = rows.keep(records);
    if (kept < records.length) gauge.addDropped(records.length - kept);
    return kept;
  };
  const appendAll = (records: readonly RequestRecord[]): number => {
    const kept = keepAll(records);
    return required ? kept : records.length;
  };
  return {
    append: (record) => appendAll([record]) === 1,
    appendAll,
    keep: (record) => keepAll([record]) === 1,
    writable: () => !required || (gauge.usedBytes < highWater && !rows.isResting()),
    close: () => rows.close(),
  };
}

/** Encodes rows and writes them to the open segment, as far as disk and bounds allow. */
class RowWriter {
  readonly #options: SpoolWriterOptions;
  readonly #gauge: SpoolGauge;
  readonly #encoder: RowEncoder;
  readonly #segments: SegmentSeries;
  readonly #fault: Fault;
  readonly #lines: Buffer = Buffer.allocUnsafe(WRITE_BYTES);

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#gauge = new SpoolGauge(options.spool.gauge);
    this.#encoder = createRowEncoder(options.instance, options.worker);
    this.#segments = new SegmentSeries(options);
    this.#fault = new Fault(options);
  }

  /** How many rows, from the first on, are with the kernel. Never throws. */
  keep(records: readonly RequestRecord[]): number {
    const nowMs = this.#options.clock.wallMs();
    if (this.#fault.holds(nowMs)) return 0;
    let kept = 0;
    try {
      while (kept < records.length) {
        const { rows, bytes } = this.#encode(records, kept);
        if (rows === 0) return kept;
        this.#gauge.addUsed(this.#segments.append(this.#lines, bytes, nowMs));
        kept += rows;
      }
      this.#fault.over();
    } catch (error) {
      this.#gauge.addUsed(this.#segments.abandonTorn());
      this.#fault.began(nowMs, error);
    }
    return kept;
  }

  /** After a failed write nothing is tried for a while. */
  isResting(): boolean {
    return this.#fault.holds(this.#options.clock.wallMs());
  }

  close(): void {
    this.#segments.close();
  }

  /** Rows from `first` on, as many as fit in one write and in the spool. */
  #encode(records: readonly RequestRecord[], first: number): Encoded {
    const left = this.#options.spool.maxBytes - this.#gauge.usedBytes;
    const room = Math.min(this.#lines.length, left);
    let bytes = 0;
    let at = first;
    for (; at < records.length; at++) {
      const length = this.#encoder.encode(records[at] as RequestRecord);
      if (bytes + length > room) break;
      this.#encoder.bytes.copy(this.#lines, bytes, 0, length);
      bytes += length;
    }
    return { rows: at - first, bytes };
  }
}

interface Encoded {
  readonly rows: number;
  readonly bytes: number;
}

/** A disk that fails: said once, tried again after a pause, said again when it is over. */
class Fault {
  readonly #log: Log;
  #sinceMs = Number.NaN;
  #retryAtMs = 0;

  constructor({ log }: { readonly log: Log }) {
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

/** A worker's segments, one open at a time; the next is made when a row needs it. */
class SegmentSeries {
  readonly #options: SpoolWriterOptions;
  #open: SpoolSegment | null = null;
  #sequence: number;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#sequence = nextSequence(options.spool, options.worker);
  }

  /** Gives the bytes written. */
  append(line: Buffer, length: number, nowMs: number): number {
    const segment = this.#segmentFor(length, nowMs);
    segment.append(line, length);
    return length;
  }

  /** After a failed write: closes a segment that ends in a torn line; gives the bytes of that line. */
  abandonTorn(): number {
    const torn = this.#open?.torn ?? 0;
    if (torn > 0) this.close();
    return torn;
  }

  close(): void {
    const open = this.#open;
    this.#open = null;
    open?.close();
  }

  #segmentFor(length: number, nowMs: number): SpoolSegment {
    const open = this.#open;
    const { spool, worker, files } = this.#options;
    if (open !== null) {
      const fits = open.bytes === 0 || open.bytes + length <= spool.segmentBytes;
      if (fits && nowMs - open.openedAtMs < SEGMENT_AGE_MS) return open;
      this.close();
    }
    const file = formatSegmentName({
      createdAtMs: nowMs,
      run: spool.run,
      worker,
      sequence: this.#sequence++,
      rowVersion: ROW_VERSION,
    });
    this.#open = new SpoolSegment(join(spool.folder, file), files ?? nodeFiles, nowMs);
    return this.#open;
  }
}

/** A worker that replaces a dead one goes on counting, so that its segments are the newest. */
function nextSequence(spool: Spool, worker: number): number {
  let next = 0;
  for (const file of readdirSync(spool.folder)) {
    const name = parseSegmentName(file);
    if (name?.run === spool.run && name.worker === worker) next = Math.max(next, name.sequence + 1);
  }
  return next;
}
