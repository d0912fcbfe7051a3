// Carries rows from the spool to the store: each cut once, the same bytes and token until it is stored.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Random } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { giveBackMemory } from "../core/reused-memory.ts";
import { createCutJournal } from "./cut-journal.ts";
import { DeadLetters, type DeadLetter } from "./dead-letter.ts";
import { deliver, type DeliveryOptions } from "./drain-delivery.ts";
import { DrainLedger, type Taken } from "./drain-ledger.ts";
import { SegmentList } from "./segment-list.ts";
import { LiveRows, type SeeRows } from "./live-rows.ts";
import type { Sink } from "./sink.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import { acquireSpoolLock, type SpoolLock } from "./spool-lock.ts";
import type { Spool } from "./spool.ts";
import type { Stream } from "./streams.ts";

export interface DrainStats {
  readonly pendingBytes: number;
  /** Estimated from the size of rows delivered so far. */
  readonly pendingRows: number;
  readonly storedRows: number;
  /** Lost since the start: the spool was full, or could not be written. */
  readonly droppedRows: number;
  /** Never taken by the store since the start; they went to the dead-letter folder. */
  readonly rejectedRows: number;
  /** What is in the dead-letter folder. */
  readonly deadLetterBytes: number;
  /** Of those rejected, these made room there for newer ones. */
  readonly droppedLetters: number;
  readonly tornLines: number;
  /** Null while all is well. */
  readonly lastError: string | null;
  /** Wall time; 0 before the first. */
  readonly lastStoredAtMs: number;
  /** Age of the oldest row that waits; 0 where none does. */
  readonly lagMs: number;
}

export interface Drain {
  /** Locks the spool, where that is not done, and begins; rejects where another process has it. */
  readonly start: () => Promise<void>;
  /** Ends, having delivered what it can within the deadline; the rest stays for the next start. */
  readonly stop: (deadlineMs?: number) => Promise<void>;
  /** Resolves once every row that was in the spool at the call is delivered, or the drain has stopped. */
  readonly flush: () => Promise<void>;
  readonly stats: () => DrainStats;
}

export interface DrainOptions {
  readonly stream: Stream;
  /** That stream's. */
  readonly spool: Spool;
  /** Where it was taken before, because rows are written before they are drained. */
  readonly lock?: SpoolLock;
  readonly sink: Sink;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of the rows of this run within a moment of their being written, stored or not. */
  readonly see?: SeeRows;
  /** Least time between two inserts while little is waiting; the longest is three times that. */
  readonly intervalMs?: number;
  readonly batchBytes?: number;
  readonly batchRows?: number;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

const DEFAULT_ROW_BYTES = 400;
/** An INSERT costs a tenth of a second whatever its rows, and live rows wait for the one under way: more of them gain less. */
const BATCH_BYTES = 48 * 1024 * 1024;
const BATCH_ROWS = 120_000;
/** As much of a batch as must wait to go at once. */
const BACKLOG_SHARE = 12;
/** An INSERT costs as much as thousands of rows before its first one, so a busy store gets fewer and larger ones. */
const PAUSE_PER_INSERT = 9;
const LONGEST_INTERVALS = 3;
/** Rejected rows may take this part of what the spool may. */
const LETTERS_SHARE = 16;

/** For the main thread: reads and writes without blocking, holds one batch in memory. */
export function createDrain(options: DrainOptions): Drain {
  const drain = new SpoolDrain(options);
  return {
    start: () => drain.start(),
    stop: (deadlineMs = 2000) => drain.stop(deadlineMs),
    flush: () => drain.flush(),
    stats: () => drain.stats(),
  };
}

class SpoolDrain {
  readonly #options: DrainOptions;
  readonly #ledger: DrainLedger;
  readonly #gauge: SpoolGauge;
  readonly #letters: DeadLetters;
  readonly #delivery: DeliveryOptions;
  /** Aborted at the deadline of a stop: gives up where it stands. */
  readonly #end = new AbortController();
  #wake = new AbortController();
  #lock: SpoolLock | null = null;
  #running: Promise<void> = Promise.resolve();
  #watch: NodeJS.Timeout | undefined;
  #stopping = false;
  #flushes: (() => void)[] = [];
  #turn = 0;
  #storedRows = 0;
  #storedBytes = 0;
  #rejectedRows = 0;
  #isFailing = false;
  #lastError: string | null = null;
  #lastStoredAtMs = 0;
  #lastInsertMs = 0;

  constructor(options: DrainOptions) {
    const { stream, spool, clock, log, sink, random, see } = options;
    this.#options = options;
    this.#gauge = new SpoolGauge(spool.gauge);
    this.#letters = new DeadLetters(spool.folder, Math.floor(spool.maxBytes / LETTERS_SHARE));
    this.#ledger = new DrainLedger({
      spool,
      stream,
      clock,
      log,
      segments: new SegmentList(spool.folder, spool.run),
      journal: createCutJournal(spool.folder),
      live: see === undefined ? null : new LiveRows(spool.run, see),
      limits: { bytes: options.batchBytes ?? BATCH_BYTES, rows: options.batchRows ?? BATCH_ROWS },
    });
    this.#delivery = {
      sink,
      random,
      firstPauseMs: options.firstPauseMs ?? 250,
      longestPauseMs: options.longestPauseMs ?? 15_000,
      // A store that is away is said by whoever has it.
      onRetry: (reason) => (this.#lastError = reason),
    };
  }

  async start(): Promise<void> {
    const { spool, lock } = this.#options;
    this.#lock = lock ?? acquireSpoolLock(spool.folder);
    await this.#ledger.load();
    await this.#letters.load();
    this.#running = this.#run();
    this.#watch = setInterval(() => void this.#look(), Math.min(this.#intervalMs, 250)).unref();
  }

  /** Beside the deliveries, which may take as long as the store is away. */
  async #look(): Promise<void> {
    try {
      await this.#ledger.look();
      if (this.#options.spool.whenFull === "drop-oldest") await this.#ledger.trim();
    } catch (error) {
      this.#failed("spool_watch_failed", messageOf(error));
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    this.#wake.abort();
    const deadline = setTimeout(() => this.#end.abort(), deadlineMs);
    const ended = new Promise<void>((resolve) => {
      this.#end.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#running, ended]);
    clearTimeout(deadline);
    this.#end.abort();
    await this.#ledger.close();
    this.#lock?.release();
    this.#lock = null;
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#flushes.push(resolve);
      this.#wake.abort();
    });
  }

  stats(): DrainStats {
    const { undeliveredBytes: pendingBytes, waitingSinceMs, tornLines } = this.#ledger;
    const rowBytes =
      this.#storedRows > 0 ? this.#storedBytes / this.#storedRows : DEFAULT_ROW_BYTES;
    const nowMs = this.#options.clock.wallMs();
    return {
      pendingBytes,
      pendingRows: Math.ceil(pendingBytes / rowBytes),
      storedRows: this.#storedRows,
      droppedRows: this.#gauge.droppedRows,
      rejectedRows: this.#rejectedRows,
      deadLetterBytes: this.#letters.bytes,
      droppedLetters: this.#letters.droppedRows,
      tornLines,
      lastError: this.#lastError,
      lastStoredAtMs: this.#lastStoredAtMs,
      lagMs: Math.max(0, nowMs - (waitingSinceMs ?? nowMs)),
    };
  }

  get #intervalMs(): number {
    return this.#options.intervalMs ?? 500;
  }

  get #pauseMs(): number {
    const longest = this.#intervalMs * LONGEST_INTERVALS;
    return Math.min(Math.max(this.#intervalMs, this.#lastInsertMs * PAUSE_PER_INSERT), longest);
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const flushes = this.#flushes.length;
      const outcome = await this.#cycle().catch((error: unknown) => {
        this.#failed("drain_failed", messageOf(error));
        return "failed" as const;
      });
      if (outcome === "empty") {
        for (const done of this.#flushes.splice(0, flushes)) done();
        if (this.#stopping) break;
      }
      if (outcome !== "more") await this.#pause(outcome === "failed");
    }
    for (const done of this.#flushes.splice(0)) done();
  }

  /** One cut, if any; "more" where what waits should not wait for the interval. */
  async #cycle(): Promise<"more" | "little" | "empty"> {
    const taken = await this.#ledger.take(this.#turn++ % 2 === 1);
    if (taken === undefined) return "empty";
    await this.#deliver(taken);
    const eager = this.#stopping || this.#flushes.length > 0;
    const { batchBytes = BATCH_BYTES } = this.#options;
    // Less than this costs more as an INSERT of its own than it gains by not waiting.
    const isMuch = this.#ledger.pendingBytes >= batchBytes / BACKLOG_SHARE;
    return eager || isMuch ? "more" : "little";
  }

  /** Leaves the cut as it is where the deadline of a stop comes first. */
  async #deliver({ cut, layout, body }: Taken): Promise<void> {
    const { clock, log } = this.#options;
    const batch = { ...layout, body, rows: cut.rows, token: cut.token };
    const startedNs = clock.nowNs();
    const rejected = await deliver(batch, this.#delivery, this.#end.signal);
    this.#lastInsertMs = (clock.nowNs() - startedNs) / 1e6;
    if (rejected === undefined || this.#end.signal.aborted) return;
    if (rejected.length > 0) await this.#bury(cut.token, rejected);
    await this.#ledger.settle(cut);
    this.#rejectedRows += rejected.length;
    this.#storedRows += cut.rows - rejected.length;
    this.#storedBytes += body.length;
    // A store that rejects may not have read all of it yet.
    if (rejected.length === 0) giveBackMemory(body);
    this.#lastStoredAtMs = clock.wallMs();
    if (this.#isFailing) log.info("drain_recovered");
    this.#isFailing = false;
    this.#lastError = null;
  }

  /** A disk too full for dead letters must not keep the spool from getting empty. */
  async #bury(token: string, rejected: readonly DeadLetter[]): Promise<void> {
    const { log } = this.#options;
    log.error("rows_rejected", { rows: rejected.length, reason: rejected[0]?.reason });
    await this.#letters.add(token, rejected).catch((error: unknown) => {
      log.error("dead_letters_lost", { rows: rejected.length, reason: messageOf(error) });
    });
  }

  async #pause(always: boolean): Promise<void> {
    if (always) await sleep(this.#intervalMs, undefined, { ref: false });
    else if (!this.#stopping && this.#flushes.length === 0) {
      const { signal } = this.#wake;
      await sleep(this.#pauseMs, undefined, { signal }).catch(() => undefined);
    }
    this.#wake = new AbortController();
  }

  /** Said once, until something is stored again. */
  #failed(event: string, reason: string): void {
    if (this.#end.signal.aborted) return;
    if (!this.#isFailing) this.#options.log.warn(event, { reason });
    this.#isFailing = true;
    this.#lastError = reason;
  }
}
