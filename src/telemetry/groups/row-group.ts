// A row group read back: where its columns stand, and what is in them as far as somebody asks.
import { REQUEST_COLUMNS, type RequestColumn, typeOf } from "../columns.ts";
import { HEAD_BYTES, readHead } from "./frame.ts";
import type { Place } from "./layouts.ts";
import { skipColumn, valuesAt } from "./column-readers.ts";

const INDEX = new Map<RequestColumn, number>(REQUEST_COLUMNS.map((name, index) => [name, index]));
const TYPES = REQUEST_COLUMNS.map((column) => typeOf(column));
const NOTHING: readonly never[] = [];

/** What is in a group, for who only reads it. */
export interface GroupValues {
  readonly rows: number;
  /** A value for each row, as columns.ts says it. */
  readonly values: (column: RequestColumn) => readonly unknown[];
}

export class RowGroup implements GroupValues {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly #places: Uint32Array;
  readonly #wordsFrom: number;
  readonly #wordCount: number;
  readonly #values: (readonly unknown[] | undefined)[] = [];
  #words: readonly string[] | undefined;

  /** Of the frame that begins at `at`, which is whole. */
  constructor(bytes: Buffer, at: number) {
    const { rows, words, wordsFrom } = readHead(bytes, at);
    this.bytes = bytes;
    this.rows = rows;
    this.#wordCount = words;
    this.#wordsFrom = at + HEAD_BYTES + wordsFrom;
    this.#places = new Uint32Array(TYPES.length + 1);
    let place = at + HEAD_BYTES;
    for (const [index, type] of TYPES.entries()) {
      this.#places[index] = place;
      place = skipColumn(type, { bytes, at: place, count: rows });
    }
    this.#places[TYPES.length] = place;
  }

  /** Of a column by its number among REQUEST_COLUMNS. */
  place(index: number): Place {
    return { bytes: this.bytes, at: this.#places[index] ?? 0, count: this.rows };
  }

  /** By the numbers that columns have; the empty word is the first. */
  get words(): readonly string[] {
    this.#words ??= this.#readWords();
    return this.#words;
  }

  values(column: RequestColumn): readonly unknown[] {
    const index = INDEX.get(column) ?? -1;
    const known = this.#values[index];
    if (known !== undefined) return known;
    const type = TYPES[index];
    const values = type === undefined ? NOTHING : valuesAt(type, this.place(index), this.words);
    this.#values[index] = values;
    return values;
  }

  #readWords(): string[] {
    const place = { bytes: this.bytes, at: this.#wordsFrom, count: this.#wordCount };
    return ["", ...(valuesAt("String", place, NOTHING) as string[])];
  }
}

/** Of frames that are known to be whole, one behind the other. */
export function* groupsIn(frames: Buffer): Generator<RowGroup> {
  for (let at = 0; at < frames.length; at += HEAD_BYTES + frames.readUInt32LE(at))
    yield new RowGroup(frames, at);
}
