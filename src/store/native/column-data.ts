// The values of one column of a Native block, gathered from many row groups.
import { takeMemory } from "../../core/reused-memory.ts";
import type { ColumnType } from "../../telemetry/columns.ts";
import {
  type Extent,
  type Item,
  LAYOUTS,
  WORD_BYTES,
  wordAt,
} from "../../telemetry/groups/layouts.ts";
import { EACH } from "../../telemetry/groups/limits.ts";
import type { BlockWords } from "./block-words.ts";
import { Dictionary, KEYS_VERSION } from "./dictionary.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

/** Takes the values of one row group after another, then gives them all. */
export interface ColumnData {
  /** `ids`: by the group's number of a word, the block's. */
  readonly add: (place: Extent, ids: Uint32Array) => void;
  /** Whether the version of its dictionary stands before all else. */
  readonly hasWords: boolean;
  readonly parts: () => readonly Buffer[];
}

/** What a block's columns have in common. */
export interface Block {
  readonly words: BlockWords;
  readonly rows: number;
}

const WORD64_BYTES = 8;
/** Of a text with its length, mostly. */
const TEXT_BYTES = 16;

export function columnData(type: ColumnType, block: Block): ColumnData {
  const { item, isList } = LAYOUTS[type];
  if (isList) return lists(DATA[item](block), block);
  return item === "word" ? words(block) : DATA[item](block);
}

const DATA: Readonly<Record<Item, (block: Block) => ColumnData>> = {
  text: (block) => asTheyStand(block, TEXT_BYTES),
  word: listedWords,
  pair: pairs,
  time: (block) => asTheyStand(block, 8),
  flag: (block) => asTheyStand(block, 1),
  uint8: (block) => asTheyStand(block, 1),
  uint16: (block) => asTheyStand(block, 2),
  uint64: (block) => asTheyStand(block, 8),
  float32: (block) => asTheyStand(block, 4),
};

/** Groups have them as the format does; each of about so many bytes. */
function asTheyStand({ rows }: Block, bytes: number): ColumnData {
  const data = new GrowingBuffer(rows * bytes);
  return {
    hasWords: false,
    add: ({ bytes, at, end }) => data.copy(bytes, at, end),
    parts: () => [data.bytes],
  };
}

function listedWords({ words, rows }: Block): ColumnData {
  const dictionary = new Dictionary(words, rows);
  return { hasWords: true, add: addWords(dictionary), parts: () => dictionary.parts() };
}

/** One number stands for all rows of a group that have the same word. */
function words(block: Block): ColumnData {
  const dictionary = new Dictionary(block.words, block.rows);
  const each = addWords(dictionary);
  return {
    hasWords: true,
    add(place, ids) {
      const first = wordAt(place.bytes, place.at);
      if (first === EACH) each({ ...place, at: place.at + WORD_BYTES }, ids);
      else dictionary.push(ids[first] ?? 0, place.count);
    },
    parts: () => dictionary.parts(),
  };
}

function addWords(dictionary: Dictionary): ColumnData["add"] {
  return ({ bytes, at, count }, ids) => {
    for (let index = 0; index < count; index++)
      dictionary.push(ids[wordAt(bytes, at + WORD_BYTES * index)] ?? 0, 1);
  };
}

/** Keys and values of maps: Array(Tuple(LowCardinality(String), String)). */
function pairs(block: Block): ColumnData {
  const keys = listedWords(block);
  const values = DATA.text(block);
  return {
    hasWords: true,
    add(place, ids) {
      keys.add(place, ids);
      values.add({ ...place, at: place.at + WORD_BYTES * place.count }, ids);
    },
    parts: () => [...keys.parts(), ...values.parts()],
  };
}

/** Where each row's values end among all of them, as UInt64; then these. */
function lists(inner: ColumnData, { rows }: Block): ColumnData {
  const memory = takeMemory(WORD64_BYTES * rows)
    .subarray(0, WORD64_BYTES * rows)
    .fill(0);
  const ends = new Uint32Array(memory.buffer, memory.byteOffset, 2 * rows);
  let row = 0;
  let total = 0;
  return {
    hasWords: inner.hasWords,
    add({ bytes, at, count, end }, ids) {
      const before = total;
      for (let index = 0; index < count; index++) {
        total += bytes[at + index] ?? 0;
        ends[2 * row++] = total;
      }
      inner.add({ bytes, at: at + count, count: total - before, end }, ids);
    },
    parts: () => [memory, ...inner.parts()],
  };
}

/** What stands before a column with words. */
export function wordsVersion(): Buffer {
  const version = new GrowingBuffer();
  version.uint64(KEYS_VERSION);
  return version.bytes;
}
