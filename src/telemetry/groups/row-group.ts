// A row group read back: where its columns stand, and what is in them as far as somebody asks.
import { type ColumnType, SPOOLED_COLUMNS, type StoredColumn, typeOf } from "../columns.ts";
import { HEAD_BYTES, readHead } from "./frame.ts";
import type { Extent, Place } from "./layouts.ts";
import { skipColumn, valuesAt } from "./column-readers.ts";

const NOTHING: readonly never[] = [];

interface Shape {
  readonly types: readonly ColumnType[];
  readonly index: ReadonlyMap<string, number>;
}

/** There are as many lists of columns as row versions. */
const SHAPES = new WeakMap<readonly string[], Shape>();

function shapeOf(columns: readonly string[]): Shape {
  const known = SHAPES.get(columns);
  if (known !== undefined) return known;
  const index = new Map(columns.map((name, at) => [name, at]));
  const shape = { types: columns.map(typeOf), index };
  SHAPES.set(columns, shape);
  return shape;
}

/** What is in a group, for who only reads it. */
export interface GroupValues {
  readonly rows: number;
  /** A value for each row, as columns.ts says it; none where rows of its version have no such column. */
  readonly values: (column: StoredColumn) => readonly unknown[];
}

export class RowGroup implements GroupValues {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly #shape: Shape;
  readonly #places: Uint32Array;
  readonly #wordsFrom: number;
  readonly #wordCount: number;
  readonly #values: (readonly unknown[] | undefined)[] = [];
  #words: readonly string[] | undefined;

  /** Of the frame that begins at `at`, which is whole; `columns` are those of its segment's row version. */
  constructor(bytes: Buffer, at: number, columns: readonly string[]) {
    const { rows, words, wordsFrom } = readHead(bytes, at);
    this.#shape = shapeOf(columns);
    const { types } = this.#shape;
    this.bytes = bytes;
    this.rows = rows;
    this.#wordCount = words;
    this.#wordsFrom = at + HEAD_BYTES + wordsFrom;
    this.#places = new Uint32Array(types.length + 1);
    let place = at + HEAD_BYTES;
    for (const [index, type] of types.entries()) {
      this.#places[index] = place;
      place = skipColumn(type, { bytes, at: place, count: rows });
    }
    this.#places[types.length] = place;
  }

  /** Of a column by its number among the group's. */
  place(index: number): Extent {
    const at = this.#places[index] ?? 0;
    return { bytes: this.bytes, at, count: this.rows, end: this.#places[index + 1] ?? at };
  }

  /** By the numbers that columns have; the empty word is the first. */
  get words(): readonly string[] {
    this.#words ??= this.#readWords();
    return this.#words;
  }

  values(column: StoredColumn): readonly unknown[] {
    const index = this.#shape.index.get(column) ?? -1;
    const known = this.#values[index];
    if (known !== undefined) return known;
    const type = this.#shape.types[index];
    const values = type === undefined ? NOTHING : valuesAt(type, this.place(index), this.words);
    this.#values[index] = values;
    return values;
  }

  /** Without the empty word, which stands nowhere. */
  get wordsPlace(): Place {
    return { bytes: this.bytes, at: this.#wordsFrom, count: this.#wordCount };
  }

  #readWords(): string[] {
    return ["", ...(valuesAt("String", this.wordsPlace, NOTHING) as string[])];
  }
}

/** Of frames that are known to be whole, one behind the other. */
export function* groupsIn(
  frames: Buffer,
  columns: readonly string[] = SPOOLED_COLUMNS,
): Generator<RowGroup> {
  for (let at = 0; at < frames.length; at += HEAD_BYTES + frames.readUInt32LE(at))
    yield new RowGroup(frames, at, columns);
}
