// What column-writers.ts wrote, read back: how far a column goes, and its values.
import type { ColumnType } from "../columns.ts";
import {
  type Item,
  LAYOUTS,
  type Place,
  SKIP_ITEMS,
  totalOf,
  WORD_BYTES,
  wordAt,
} from "./layouts.ts";
import { EACH } from "./limits.ts";

/** Where the column behind this one begins. */
export function skipColumn(type: ColumnType, place: Place): number {
  const { item, isList } = LAYOUTS[type];
  if (isList) return SKIP_ITEMS[item](itemsOf(place));
  const isShared = item === "word" && wordAt(place.bytes, place.at) !== EACH;
  if (isShared) return place.at + WORD_BYTES;
  return SKIP_ITEMS[item](item === "word" ? behindMark(place) : place);
}

/** A value for each row, as columns.ts says it. */
export function valuesAt(
  type: ColumnType,
  place: Place,
  words: readonly string[],
): readonly unknown[] {
  const { item, isList } = LAYOUTS[type];
  if (isList) return lists(item, place, words);
  if (item !== "word") return READ_ITEMS[item](place, words);
  const first = wordAt(place.bytes, place.at);
  return first === EACH
    ? READ_ITEMS.word(behindMark(place), words)
    : Array.from({ length: place.count }, () => words[first] ?? "");
}

/** The values of all rows' lists, which stand behind their counts. */
function itemsOf(place: Place): Place {
  return { ...place, at: place.at + place.count, count: totalOf(place) };
}

function behindMark(place: Place): Place {
  return { ...place, at: place.at + WORD_BYTES };
}

/** The values of all rows at once, then each row's share of them. */
function lists(item: Item, place: Place, words: readonly string[]): unknown[] {
  const values = READ_ITEMS[item](itemsOf(place), words);
  let from = 0;
  return Array.from({ length: place.count }, (_, row) => {
    const own = values.slice(from, from + (place.bytes[place.at + row] ?? 0));
    from += own.length;
    return item === "pair" ? Object.fromEntries(own as [string, string][]) : own;
  });
}

type ReadItems = (place: Place, words: readonly string[]) => readonly unknown[];

const READ_ITEMS: Readonly<Record<Item, ReadItems>> = {
  text: texts,
  word: (place, words) => each(place, WORD_BYTES, (at) => words[wordAt(place.bytes, at)] ?? ""),
  pair: (place, words) => {
    const values = texts({ ...place, at: place.at + WORD_BYTES * place.count });
    const names = READ_ITEMS.word(place, words);
    return names.map((name, index) => [name, values[index]]);
  },
  time: (place) => each(place, 8, (at) => timeAt(place.bytes, at)),
  flag: (place) => each(place, 1, (at) => place.bytes[at] === 1),
  uint8: (place) => each(place, 1, (at) => place.bytes[at]),
  uint16: (place) => each(place, 2, (at) => wordAt(place.bytes, at)),
  uint64: (place) => each(place, 8, (at) => uint64At(place.bytes, at)),
  float32: (place) => each(place, 4, (at) => place.bytes.readFloatLE(at)),
};

function each<T>({ at, count }: Place, width: number, read: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => read(at + width * index));
}

function texts({ bytes, at, count }: Place): string[] {
  const values: string[] = [];
  let here = at;
  for (let left = count; left > 0; left--) {
    let length = bytes[here++] ?? 0;
    if (length >= 0x80) length = (length & 0x7f) + ((bytes[here++] ?? 0) << 7);
    values.push(bytes.toString("utf8", here, here + length));
    here += length;
  }
  return values;
}

function uint64At(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

/** Seconds with nine digits, which ClickHouse reads in any time zone. */
function timeAt(bytes: Buffer, at: number): string {
  const nanos = bytes.readBigUInt64LE(at).toString().padStart(19, "0");
  return `${nanos.slice(0, -9)}.${nanos.slice(-9)}`;
}
