// How the values of each type of column stand in a row group.
import type { ColumnType } from "../columns.ts";

/** A pair is a map's name and value: all names, then all values. */
export type Item =
  | "text"
  | "word"
  | "pair"
  | "time"
  | "flag"
  | "uint8"
  | "uint16"
  | "uint64"
  | "float32";

export interface Layout {
  readonly item: Item;
  /** How many each row has stands before them, a byte for each row. */
  readonly isList: boolean;
}

const one = (item: Item): Layout => ({ item, isList: false });
const many = (item: Item): Layout => ({ item, isList: true });

export const LAYOUTS: Readonly<Record<ColumnType, Layout>> = {
  String: one("text"),
  "LowCardinality(String)": one("word"),
  "DateTime64(9)": one("time"),
  UInt8: one("uint8"),
  UInt16: one("uint16"),
  UInt64: one("uint64"),
  Bool: one("flag"),
  "Array(String)": many("text"),
  "Array(LowCardinality(String))": many("word"),
  "Array(UInt16)": many("uint16"),
  "Array(UInt64)": many("uint64"),
  "Array(Float32)": many("float32"),
  "Map(LowCardinality(String), String)": many("pair"),
};

export const WORD_BYTES = 2;

/** Where values begin, and how many there are. */
export interface Place {
  readonly bytes: Buffer;
  readonly at: number;
  readonly count: number;
}

/** And where what stands behind them begins. */
export interface Extent extends Place {
  readonly end: number;
}

/** Where what stands behind a column's values begins. */
export const SKIP_ITEMS: Readonly<Record<Item, (place: Place) => number>> = {
  text: skipTexts,
  word: ({ at, count }) => at + WORD_BYTES * count,
  pair: (place) => skipTexts({ ...place, at: place.at + WORD_BYTES * place.count }),
  time: ({ at, count }) => at + 8 * count,
  flag: ({ at, count }) => at + count,
  uint8: ({ at, count }) => at + count,
  uint16: ({ at, count }) => at + 2 * count,
  uint64: ({ at, count }) => at + 8 * count,
  float32: ({ at, count }) => at + 4 * count,
};

function skipTexts({ bytes, at, count }: Place): number {
  let here = at;
  for (let left = count; left > 0; left--) here = textEnd(bytes, here);
  return here;
}

/** Of the text that stands at `at` with its length before it. */
export function textEnd(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  return at + (first < 0x80 ? first + 1 : (first & 0x7f) + ((bytes[at + 1] ?? 0) << 7) + 2);
}

/** Of all the rows' lists together, whose counts stand at the place. */
export function totalOf({ bytes, at, count }: Place): number {
  let total = 0;
  for (let row = 0; row < count; row++) total += bytes[at + row] ?? 0;
  return total;
}

export function wordAt(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
