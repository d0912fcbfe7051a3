// All strings of a policy, each once and with a number: equal strings are equal numbers.
import { type Chars, textBetween } from "./chars.ts";

/** What threads share of it. */
export interface StringTable {
  /** The text that all strings are pieces of. */
  readonly chars: Chars;
  /** Two cells a string: where it begins and ends in `chars`. */
  readonly spans: Int32Array;
  /**
   * Four cells a slot: hash, number + 1 or 0, and where the string begins and ends: a slot is one wait for memory.
   * Open addressing; as many slots as a power of two.
   */
  readonly slots: Int32Array;
  /** Where a hash begins; secret, so that nobody can write strings that all have the same. */
  readonly seed: number;
}

/** Cells a slot. */
export const SLOT = 4;

const SLASH = 47;

/** The number of a string that isn't there. */
export const UNKNOWN = -1;

/** FNV-1a over UTF-16 code units, begun with the seed: one step. */
export function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

export function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = step(hash, text.charCodeAt(at));
  return mixed(hash);
}

/** MurmurHash3's last step, since FNV-1a leaves the low bits poor. */
export function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

/** Not remembered, as `Strings` does: that takes room for all texts of a policy. */
export function textAt({ chars, spans }: StringTable, id: number): string {
  return textBetween(chars, spans[id * 2] ?? 0, spans[id * 2 + 1] ?? 0);
}

/** Looks strings up; each thread has its own, over the same table. */
export class Strings {
  readonly #table: StringTable;
  readonly #chars: Chars;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  /** Where the segment ends that was hashed last. */
  end = 0;
  /** Nothing: what is read must go somewhere, or it would not be read. */
  fetched = 0;
  #texts: (string | undefined)[] | null = null;

  constructor(table: StringTable) {
    const { chars, slots, seed } = table;
    this.#table = table;
    this.#chars = chars;
    this.#slots = slots;
    this.#mask = slots.length / SLOT - 1;
    this.#seed = seed;
  }

  get count(): number {
    return this.#table.spans.length / 2;
  }

  /** The number of `text`; UNKNOWN where the policy has no such string. */
  find(text: string): number {
    return this.#numberOf(text, hashOf(text, this.#seed));
  }

  /**
   * The numbers of several texts, into `ids`. A large policy's strings are more than a cache holds, so all are fetched
   * before the first is compared: they wait for memory together and not one after the other.
   */
  findAll(texts: readonly string[], ids: Int32Array): void {
    for (let at = 0; at < texts.length; at++) ids[at] = hashOf(texts[at] ?? "", this.#seed);
    for (let at = 0; at < texts.length; at++) {
      const slot = (ids[at] ?? 0) & this.#mask;
      this.fetched ^= this.#chars[this.#slots[slot * SLOT + 2] ?? 0] ?? 0;
    }
    for (let at = 0; at < texts.length; at++) {
      ids[at] = this.#numberOf(texts[at] ?? "", ids[at] ?? 0);
    }
  }

  /** The hash of what stands from a place to the next slash, or to the end; `end` is where that is. */
  hashSegment(path: string, from: number): number {
    let hash = this.#seed;
    let at = from;
    for (; at < path.length; at++) {
      const code = path.charCodeAt(at);
      if (code === SLASH) break;
      hash = step(hash, code);
    }
    this.end = at;
    return mixed(hash);
  }

  /** Remembered, since whoever wants it once wants it again. */
  text(id: number): string {
    const texts = (this.#texts ??= Array.from({ length: this.count }));
    return (texts[id] ??= textAt(this.#table, id));
  }

  #numberOf(text: string, hash: number): number {
    const slots = this.#slots;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT;
      const id = (slots[at + 1] ?? 0) - 1;
      if (id === UNKNOWN) return UNKNOWN;
      const begin = slots[at + 2] ?? 0;
      if (slots[at] !== hash || (slots[at + 3] ?? 0) - begin !== text.length) continue;
      if (this.#stands(begin, text)) return id;
    }
  }

  /** Whether `text` is what begins in `chars` at a place. */
  #stands(begin: number, text: string): boolean {
    const chars = this.#chars;
    for (let at = 0; at < text.length; at++) {
      if (chars[begin + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }
}
