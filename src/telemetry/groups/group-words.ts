// The words of one row group: each stands once, and columns name it by its number.
import { GroupBytes } from "./group-bytes.ts";
import { ROW_LIMITS } from "./limits.ts";

/** A word as it is written, and its number in the group that had it last. */
export interface Word {
  readonly bytes: Uint8Array;
  group: number;
  id: number;
}

/** It has number 0 and stands nowhere. */
export const EMPTY_WORD: Word = { bytes: new Uint8Array(0), group: Number.NaN, id: 0 };
/** Words come from configs and policies; more than so many are somebody's inventions. */
const MOST_KNOWN = 16_384;

export class GroupWords {
  readonly bytes: GroupBytes;
  readonly #scratch: GroupBytes = new GroupBytes(8 * 1024);
  readonly #known = new Map<string, Word>();
  #group = 0;
  #count = 0;

  constructor(capacity: number) {
    this.bytes = new GroupBytes(capacity);
  }

  /** Numbers given, but for the empty word's. */
  get count(): number {
    return this.#count;
  }

  /** Begins the next group. */
  clear(): void {
    this.bytes.at = 0;
    this.#group++;
    this.#count = 0;
  }

  find(text: string, limit: number): Word {
    if (text === "") return EMPTY_WORD;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#scratch.at = 0;
    const isWhole = this.#scratch.text(text, limit);
    const bytes = Uint8Array.prototype.slice.call(this.#scratch.buffer, 0, this.#scratch.at);
    const word = { bytes, group: -1, id: 0 };
    // One that is cut may be cut differently by the next column.
    if (!isWhole || bytes.length > ROW_LIMITS.word) return word;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(text, word);
    return word;
  }

  /** The word's number in this group. */
  use(word: Word): number {
    if (word.group === this.#group || word === EMPTY_WORD) return word.id;
    word.group = this.#group;
    word.id = ++this.#count;
    this.bytes.raw(word.bytes);
    return word.id;
  }

  idOf(text: string, limit: number): number {
    return this.use(this.find(text, limit));
  }
}
