// A worker's end of the spool: rows are in the kernel's hands before `append` returns.
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { ROW_VERSION } from "./columns.ts";
import { createGroupEncoder, type GroupEncoder } from "./groups/group-encoder.ts";
import { MAX_GROUP_ROWS } from "./groups/limits.ts";
import type { RequestRecord } from "./record.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import type { SegmentFiles } from "./spool-segment.ts";
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

export function createSpoolWriter(options: SpoolWriterOptions): SpoolWriter {
  const { spool } = options;
  const required = spool.whenFull === "refuse";
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

/** Encodes rows and writes them, many at once, as far as disk and bounds allow. */
class RowWriter {
  readonly #clock: Clock;
  readonly #encoder: GroupEncoder;
  readonly #segments: SegmentWriter;

  constructor(options: SpoolWriterOptions) {
    const { instance, worker, clock } = options;
    this.#clock = clock;
    this.#encoder = createGroupEncoder(instance, worker);
    this.#segments = new SegmentWriter({ ...options, writer: worker, rowVersion: ROW_VERSION });
  }

  /** How many rows, from the first on, are with the kernel. Never throws. */
  keep(records: readonly RequestRecord[]): number {
    const nowMs = this.#clock.wallMs();
    if (this.#segments.isResting(nowMs)) return 0;
    let kept = 0;
    while (kept < records.length) {
      const { rows, bytes } = this.#encode(records, kept);
      if (rows === 0 || !this.#segments.append(this.#encoder.bytes, bytes, nowMs)) break;
      kept += rows;
    }
    return kept;
  }

  isResting(): boolean {
    return this.#segments.isResting(this.#clock.wallMs());
  }

  close(): void {
    this.#segments.close();
  }

  /** A group of the rows from `first` on, as many as fit into it and into the spool. */
  #encode(records: readonly RequestRecord[], first: number): Encoded {
    const room = this.#segments.roomBytes;
    let rows = Math.min(records.length - first, MAX_GROUP_ROWS);
    let bytes = this.#encoder.encode(records, first, first + rows);
    while (bytes > room && rows > 1) {
      rows >>= 1;
      bytes = this.#encoder.encode(records, first, first + rows);
    }
    return { rows: bytes > room ? 0 : rows, bytes };
  }
}

interface Encoded {
  readonly rows: number;
  readonly bytes: number;
}
