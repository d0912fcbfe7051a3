// One open file of a log: reads on where it was left, also after it was renamed, and begins anew where it was cut short.
import { closeSync, fstatSync, readSync } from "node:fs";
import { LineCutter, type CutLine } from "./line-cutter.ts";
import { LineJoiner } from "./line-joiner.ts";
import { type Head, headOf, isHeadDue, type Position } from "./positions.ts";
import type { FileOptions } from "../options.ts";

/** A line's body in a row holds no more. */
const MAX_LINE_BYTES = 262_144;
/** For the rest of a record that is written in pieces. */
const PAUSE_MS = 1_000;

export interface OpenedFile {
  readonly id: string;
  readonly path: string;
  readonly fd: number;
  readonly offset: number;
}

export class FollowedFile {
  readonly id: string;
  path: string;
  readonly #fd: number;
  readonly #join: FileOptions["join"];
  #cutter: LineCutter;
  #joiner: LineJoiner;
  /** Behind the last record that was given out, and behind the last that is in the spool. */
  #given: number;
  #kept: number;
  #head: Head;
  #grewAtMs = 0;
  #cutBefore = 0;

  constructor({ id, path, fd, offset }: OpenedFile, join: FileOptions["join"]) {
    this.id = id;
    this.path = path;
    this.#fd = fd;
    this.#join = join;
    this.#cutter = new LineCutter(MAX_LINE_BYTES, offset);
    this.#joiner = new LineJoiner(join);
    this.#given = offset;
    this.#kept = offset;
    this.#head = headOf(fd, offset);
  }

  /** Lines of which the end was left out. */
  get cut(): number {
    return this.#cutBefore + this.#cutter.cut;
  }

  get position(): Position {
    const { id, path } = this;
    return { id, path, offset: Math.max(0, this.#kept), head: this.#head };
  }

  /** When it was last seen to grow; 0: never. */
  get grewAtMs(): number {
    return this.#grewAtMs;
  }

  /** Reads once into `buffer`; gives how many bytes came, to `take` the records that they end. */
  read(buffer: Buffer, nowMs: number, take: (record: string) => void): number {
    if (fstatSync(this.#fd).size < this.#cutter.at) this.#beginAnew();
    const length = readSync(this.#fd, buffer, 0, buffer.length, this.#cutter.at);
    if (length > 0) this.#grewAtMs = nowMs;
    for (const line of this.#cutter.push(buffer.subarray(0, length))) {
      this.#give(this.#joiner.push(line), take);
    }
    if (length === 0 && nowMs - this.#grewAtMs >= PAUSE_MS) this.#give(this.#joiner.flush(), take);
    return length;
  }

  /** Nothing more will come: what has no end yet is a record, too. */
  end(take: (record: string) => void): void {
    const rest = this.#cutter.rest();
    if (rest !== null) this.#give(this.#joiner.push(rest), take);
    this.#give(this.#joiner.flush(), take);
  }

  /** What was given out is in the spool; false: it was already. */
  keep(): boolean {
    if (this.#kept === this.#given) return false;
    this.#kept = this.#given;
    if (isHeadDue(this.#head, this.#kept)) this.#head = headOf(this.#fd, this.#kept);
    return true;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #give(record: CutLine | null, take: (record: string) => void): void {
    if (record === null) return;
    this.#given = record.end;
    if (record.text !== "") take(record.text);
  }

  /** It was emptied in place, as logrotate's copytruncate does. */
  #beginAnew(): void {
    this.#cutBefore = this.cut;
    this.#cutter = new LineCutter(MAX_LINE_BYTES, 0);
    this.#joiner = new LineJoiner(this.#join);
    this.#given = 0;
    this.#kept = -1;
    this.#head = headOf(this.#fd, 0);
  }
}
