// Records of one input on their way to the spool: those of one turn of the event loop together, kept whole or held until there is room.
import { LogLines } from "./log-lines.ts";
import type { LogOrigin, LogRecord } from "./log-record.ts";

export interface IntakeParts {
  readonly keep: (lines: Buffer) => boolean;
  /** So many records are in the spool, so many of their values were cut. */
  readonly kept: (records: number, cutValues: number) => void;
  /** Of a wall clock. */
  readonly nowMs: () => number;
  /** Whoever can should stop sending; until `freed`. */
  readonly stuck?: () => void;
  readonly freed?: () => void;
}

const RETRY_MS = 250;

export class Intake {
  readonly #parts: IntakeParts;
  readonly #lines = new LogLines();
  #due: NodeJS.Immediate | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#lines.reset();
  }

  /** Nothing new is taken while what was taken waits for room. */
  get isStuck(): boolean {
    return this.#retry !== null;
  }

  /** False: not taken, for want of room. */
  add(origin: LogOrigin, record: LogRecord): boolean {
    if (this.#lines.isFull && !this.flush()) return false;
    this.#lines.add(origin, record, this.#parts.nowMs());
    this.#due ??= setImmediate(() => {
      this.#due = null;
      if (!this.isStuck) this.flush();
    });
    return true;
  }

  /** Whether all that was taken is in the spool. */
  flush(): boolean {
    const lines = this.#lines;
    if (lines.rows > 0) {
      if (!this.#parts.keep(lines.taken())) {
        this.#wait();
        return false;
      }
      this.#parts.kept(lines.rows, lines.tally.cut);
      lines.reset();
    }
    this.#free();
    return true;
  }

  /** Tries a last time; gives how many records are lost. */
  close(): number {
    this.flush();
    if (this.#retry !== null) clearInterval(this.#retry);
    if (this.#due !== null) clearImmediate(this.#due);
    return this.#lines.rows;
  }

  #wait(): void {
    if (this.#retry !== null) return;
    this.#retry = setInterval(() => this.flush(), RETRY_MS);
    this.#parts.stuck?.();
  }

  #free(): void {
    if (this.#retry === null) return;
    clearInterval(this.#retry);
    this.#retry = null;
    this.#parts.freed?.();
  }
}
