// Which rows of the spool are delivered, on their way, or given up: decided here, one step at a time.
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { takeMemory } from "../core/reused-memory.ts";
import type { CutJournal } from "./cut-journal.ts";
import { choosePieces, tokenOf, type Cut, type CutLimits, type Piece } from "./cut.ts";
import type { LiveRows } from "./live-rows.ts";
import type { Segment, SegmentList } from "./segment-list.ts";
import { WHOLE_ROWS } from "./row-format.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import { highWaterBytes, type Spool } from "./spool.ts";
import type { RowLayout, Stream } from "./streams.ts";

/** A cut with its bytes in memory. */
export interface Taken {
  readonly cut: Cut;
  readonly layout: RowLayout;
  readonly body: Buffer;
}

export interface LedgerOptions {
  readonly spool: Spool;
  readonly stream: Stream;
  readonly segments: SegmentList;
  readonly journal: CutJournal;
  readonly limits: CutLimits;
  /** null: nobody looks at rows as they come. */
  readonly live: LiveRows | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** A writer that died between a write and its count is found so late, and by the next start. */
const LOOK_ANYWAY_MS = 10_000;

export class DrainLedger {
  readonly #options: LedgerOptions;
  readonly #gauge: SpoolGauge;
  #cut: Cut | null = null;
  #tornLines = 0;
  /** What the spool held, by its gauge, when its folder was looked at; less what was deleted since. */
  #seenBytes = -1;
  #lookedAtMs = 0;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#gauge = new SpoolGauge(options.spool.gauge);
  }

  /** Lines that a crash left without an end. */
  get tornLines(): number {
    return this.#tornLines;
  }

  /** As of the last look at the folder. */
  get pendingBytes(): number {
    return this.#waiting().reduce((sum, { size, done }) => sum + size - done, 0);
  }

  /** What is on disk and not delivered, also where a cut is tried for hours and nobody looks. */
  get undeliveredBytes(): number {
    const done = this.#options.segments.all.reduce((sum, segment) => sum + segment.done, 0);
    return Math.max(0, this.#gauge.usedBytes - done);
  }

  /** Wall time of the oldest row that waits; undefined where none does. */
  get waitingSinceMs(): number | undefined {
    const waiting = this.#waiting();
    if (waiting.length === 0) return undefined;
    return waiting.reduce((least, one) => Math.min(least, one.waitingSinceMs), Infinity);
  }

  /** Lets the step being taken end and refuses all further ones: the spool may be another's by then. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  /** Takes up what an earlier process left: to be called once, first. */
  load(): Promise<void> {
    return this.#alone(async () => {
      const { journal, segments, clock, log } = this.#options;
      const { state, broken } = await journal.load();
      if (broken) log.error("drain_journal_broken", { consequence: "rows may be stored twice" });
      await segments.refresh(state.done, clock.wallMs());
      this.#cut = state.cut;
    });
  }

  /** The cut on its way, or a new one, which is written down before this resolves. */
  take(newestFirst: boolean): Promise<Taken | undefined> {
    return this.#alone(async () => {
      await this.#refresh();
      if (this.#cut !== null) {
        const again = await this.#readAgain(this.#cut);
        if (again !== undefined) return again;
        await this.#advance(this.#cut);
      }
      const taken = await this.#cutNew(newestFirst);
      if (taken !== undefined) {
        this.#cut = taken.cut;
        await this.#save(true);
      }
      return taken;
    });
  }

  /** The cut is delivered: its segments move on, and those that are finished are deleted. */
  settle(cut: Cut): Promise<void> {
    return this.#alone(() => this.#advance(cut));
  }

  /** Sees what came into the spool, also where a cut is tried for hours. */
  look(): Promise<void> {
    return this.#alone(() => this.#refresh());
  }

  /** Deletes whole segments from the old end while the spool is too full; counts their rows as dropped. */
  trim(): Promise<void> {
    return this.#alone(async () => {
      const { spool, segments, log } = this.#options;
      if (this.#gauge.usedBytes <= highWaterBytes(spool)) return;
      await this.#refresh();
      const onItsWay = new Set(this.#cut?.pieces.map(({ segment }) => segment));
      for (const segment of segments.all) {
        if (this.#gauge.usedBytes <= highWaterBytes(spool)) break;
        if (!segment.closed || onItsWay.has(segment.file)) continue;
        const rows = await this.#countWaitingRows(segment);
        await this.#remove(segment);
        this.#gauge.addDropped(rows);
        log.warn("spool_full", { dropped_rows: rows, segment: segment.file });
      }
    });
  }

  async #advance(cut: Cut): Promise<void> {
    for (const { segment, offset, length } of cut.pieces) {
      const known = this.#options.segments.get(segment);
      if (known !== undefined) known.done = Math.max(known.done, offset + length);
    }
    this.#cut = null;
    await this.#save(false);
    await this.#removeFinished();
  }

  async #refresh(): Promise<void> {
    const { segments, clock, live } = this.#options;
    const nowMs = clock.wallMs();
    const usedBytes = this.#gauge.usedBytes;
    const sinceMs = nowMs - this.#lookedAtMs;
    // Whoever writes adds to the gauge: while that stands still, no folder needs to be read.
    if (usedBytes === this.#seenBytes && sinceMs >= 0 && sinceMs < LOOK_ANYWAY_MS) return;
    await segments.refresh({}, nowMs);
    await live?.follow(segments);
    this.#seenBytes = usedBytes;
    this.#lookedAtMs = nowMs;
  }

  async #remove(segment: Segment): Promise<void> {
    const bytes = await this.#options.segments.remove(segment);
    this.#gauge.addUsed(-bytes);
    this.#seenBytes -= bytes;
  }

  #waiting(): Segment[] {
    const { segments, stream } = this.#options;
    return segments.all.filter(
      ({ size, done, rowVersion }) => size > done && stream.layouts.has(rowVersion),
    );
  }

  /** Pieces that are gone were stored before they were deleted; for the rest the token decides. */
  async #readAgain(cut: Cut): Promise<Taken | undefined> {
    const there = cut.pieces.filter(({ segment }) => this.#options.segments.get(segment));
    const body = roomFor(there);
    let length = 0;
    for (const piece of there)
      length += (await this.#options.segments.read(piece, body.subarray(length))).length;
    return length === 0 ? undefined : this.#taken(cut, body.subarray(0, length));
  }

  async #cutNew(newestFirst: boolean): Promise<Taken | undefined> {
    const { limits, segments, stream } = this.#options;
    const waiting = this.#waiting();
    if (newestFirst) waiting.reverse();
    const pieces: Piece[] = [];
    const tornBefore = this.#tornLines;
    const rowVersion = waiting[0]?.rowVersion ?? stream.rowVersion;
    const wholeRows = WHOLE_ROWS[this.#layoutOf(rowVersion).format];
    const chosen = choosePieces(waiting, limits);
    const body = roomFor(chosen);
    let length = 0;
    let rows = 0;
    for (const piece of chosen) {
      const bytes = await segments.read(piece, body.subarray(length));
      const whole = wholeRows(bytes, limits.rows - rows);
      if (whole.rows > 0) {
        pieces.push({ ...piece, length: whole.length });
        length += whole.length;
        rows += whole.rows;
      } else this.#passTorn(piece);
      if (rows >= limits.rows) break;
    }
    if (rows > 0) {
      const cut = { token: tokenOf(pieces), rowVersion, rows, pieces };
      return this.#taken(cut, body.subarray(0, length));
    }
    await this.#removeFinished();
    return this.#tornLines > tornBefore ? this.#cutNew(newestFirst) : undefined;
  }

  /** Gives up bytes that can be no row: the unfinished last line of a dead writer, or pure rubbish. */
  #passTorn({ segment, offset, length }: Piece): void {
    const known = this.#options.segments.get(segment);
    if (known?.closed !== true) return;
    const end = offset + length;
    if (end < known.size && length <= this.#layoutOf(known.rowVersion).maxPieceBytes) return;
    known.done = end;
    this.#tornLines++;
    this.#options.log.warn("spool_line_torn", { segment, offset, bytes: length });
  }

  #taken(cut: Cut, body: Buffer): Taken {
    return { cut, body, layout: this.#layoutOf(cut.rowVersion) };
  }

  #layoutOf(rowVersion: number): RowLayout {
    const { stream } = this.#options;
    return stream.layouts.get(rowVersion) ?? stream;
  }

  async #removeFinished(): Promise<void> {
    const { segments } = this.#options;
    for (const segment of segments.all) {
      if (segment.closed && segment.done >= segment.size) await this.#remove(segment);
    }
  }

  async #countWaitingRows({ file, size, done, rowVersion }: Segment): Promise<number> {
    const { limits, segments } = this.#options;
    const { format, maxPieceBytes } = this.#layoutOf(rowVersion);
    const most = Math.max(limits.bytes, maxPieceBytes);
    const wholeRows = WHOLE_ROWS[format];
    let rows = 0;
    for (let offset = done; offset < size;) {
      const length = Math.min(most, size - offset);
      const bytes = await segments.read({ segment: file, offset, length });
      const whole = wholeRows(bytes, Number.POSITIVE_INFINITY);
      if (whole.rows === 0) break;
      rows += whole.rows;
      offset += whole.length;
    }
    return rows;
  }

  async #save(durable: boolean): Promise<void> {
    const started = this.#options.segments.all.filter(({ done }) => done > 0);
    const done = Object.fromEntries(started.map((segment) => [segment.file, segment.done]));
    await this.#options.journal.save({ done, cut: this.#cut }, durable);
  }

  /** Steps never overlap: what one decides, the next one sees. */
  #alone<T>(step: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new WeirError("internal", "the drain has stopped"));
    const result = this.#last.then(step);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** One buffer for all of a batch: to put it together of parts took as much memory again. */
function roomFor(pieces: readonly Piece[]): Buffer {
  return takeMemory(pieces.reduce((sum, { length }) => sum + length, 0));
}
