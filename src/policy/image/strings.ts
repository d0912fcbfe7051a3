// All strings of a policy, each once and with a number: equal strings are equal numbers.
import { type Chars, textBetween } from "./chars.ts";

/** What threads share of it. */
export interface StringTable {
  /** The text that all strings are pieces of. */
  readonly chars: Chars;
  /** Two cells a string: where it begins and ends in `chars`. */
  readonly spans: Int32Array;
  /** Two cells a slot: hash, and number + 1 or 0. Open addressing; as many slots as a power of two. */
  readonly slots: Int32Array;
  /** Where a hash begins; secret, so that nobody can write strings that all have the same. */
  readonly seed: number;
}

/** The number of a string that isn't there. */
export const UNKNOWN = -1;

/** FNV-1a over UTF-16 code units, begun with the seed: one step. */
export function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** MurmurHash3's last step, since FNV-1a leaves the low bits poor. */
export function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

/** Looks strings up; each thread has its own, over the same table. */
export class Strings {
  readonly #chars: Chars;
  readonly #spans: Int32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  #texts: (string | undefined)[] | null = null;

  constructor({ chars, spans, slots, seed }: StringTable) {
    this.#chars = chars;
    this.#spans = spans;
    this.#slots = slots;
    this.#mask = slots.length / 2 - 1;
    this.#seed = seed;
  }

  get count(): number {
    return this.#spans.length / 2;
  }

  /** The number of `text`, or of its part; UNKNOWN where the policy has no such string. */
  find(text: string, from = 0, to: number = text.length): number {
    let hash = this.#seed;
    for (let at = from; at < to; at++) hash = step(hash, text.charCodeAt(at));
    hash = mixed(hash);
    const slots = this.#slots;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const id = (slots[slot * 2 + 1] ?? 0) - 1;
      if (id === UNKNOWN) return UNKNOWN;
      if (slots[slot * 2] !== hash || this.#length(id) !== to - from) continue;
      if (this.#stands(id, text, from)) return id;
    }
  }

  /** Remembered, since whoever wants it once wants it again. */
  text(id: number): string {
    const texts = (this.#texts ??= Array.from({ length: this.count }));
    return (texts[id] ??= this.#read(id));
  }

  #read(id: number): string {
    return textBetween(this.#chars, this.#spans[id * 2] ?? 0, this.#spans[id * 2 + 1] ?? 0);
  }

  #length(id: number): number {
    return (this.#spans[id * 2 + 1] ?? 0) - (this.#spans[id * 2] ?? 0);
  }

  /** Whether `text` goes on from a place with that string. */
  #stands(id: number, text: string, from: number): boolean {
    const chars = this.#chars;
    const begin = this.#spans[id * 2] ?? 0;
    const end = this.#spans[id * 2 + 1] ?? 0;
    for (let at = begin; at < end; at++) {
      if (chars[at] !== text.charCodeAt(from + at - begin)) return false;
    }
    return true;
  }
}
