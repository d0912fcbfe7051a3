// Gives each string of a policy its number while the policy is read, without making a JavaScript string of it.
import { type Chars, grownChars, textBetween } from "./chars.ts";
import { IntList, sharedInts } from "./int-list.ts";
import { hashOf, mixed, SLOT, step, type StringTable } from "./strings.ts";

const FEWEST_SLOTS = 4096;
/** Of text for each slot: about what a table of short names comes to, so that it need not grow often. */
const CHARS_A_SLOT = 16;

export class StringInterner {
  #chars: Chars;
  /** Cells of `#chars` in use; behind them is room. */
  #end: number;
  readonly #spans = new IntList();
  #slots: Int32Array;
  readonly #seed: number;

  /** Strings are pieces of `chars`, or are put behind them. */
  constructor(chars: Chars, seed: number) {
    this.#chars = chars;
    this.#end = chars.length;
    const slots = Math.max(FEWEST_SLOTS, chars.length / CHARS_A_SLOT);
    this.#slots = new Int32Array(2 ** Math.floor(Math.log2(slots)) * SLOT);
    this.#seed = seed;
  }

  get count(): number {
    return this.#spans.length / 2;
  }

  text(id: number): string {
    return textBetween(this.#chars, this.#spans.at(id * 2), this.#spans.at(id * 2 + 1));
  }

  /** The number of a piece of the text, a new one where it has none yet. */
  intern(from: number, to: number): number {
    const chars = this.#chars;
    let hash = this.#seed;
    for (let at = from; at < to; at++) hash = step(hash, chars[at] ?? 0);
    hash = mixed(hash);
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT;
      const found = slots[at + 1] ?? 0;
      if (found === 0) return this.#add(at, hash, [from, to]);
      if (slots[at] === hash && this.#is(at, from, to)) return found - 1;
    }
  }

  /** As `Strings.hashSegment` says of the same text. */
  hash(text: string): number {
    return hashOf(text, this.#seed);
  }

  /** The same for what does not stand in the text as it is. Its characters must fit those of the text. */
  internText(text: string): number {
    if (this.#end + text.length > this.#chars.length) {
      this.#chars = grownChars(this.#chars, text.length + (this.#chars.length >> 3));
    }
    for (let at = 0; at < text.length; at++) this.#chars[this.#end + at] = text.charCodeAt(at);
    const before = this.count;
    const id = this.intern(this.#end, this.#end + text.length);
    if (this.count > before) this.#end += text.length;
    return id;
  }

  table(): StringTable {
    const slots = sharedInts(this.#slots.length);
    slots.set(this.#slots);
    return { chars: this.#chars, spans: this.#spans.shared(), slots, seed: this.#seed };
  }

  #add(at: number, hash: number, [from, to]: readonly [number, number]): number {
    this.#spans.push(from);
    this.#spans.push(to);
    this.#slots[at] = hash;
    this.#slots[at + 1] = this.count;
    this.#slots[at + 2] = from;
    this.#slots[at + 3] = to;
    // Half full at most: what a request asks for is often not there, and then a probe should end soon.
    if (this.count * SLOT * 2 > this.#slots.length) this.#grow();
    return this.count - 1;
  }

  #grow(): void {
    const before = this.#slots;
    const slots = new Int32Array(before.length * 2);
    const mask = slots.length / SLOT - 1;
    for (let at = 0; at < before.length; at += SLOT) {
      if (before[at + 1] === 0) continue;
      let slot = (before[at] ?? 0) & mask;
      while (slots[slot * SLOT + 1] !== 0) slot = (slot + 1) & mask;
      for (let cell = 0; cell < SLOT; cell++) slots[slot * SLOT + cell] = before[at + cell] ?? 0;
    }
    this.#slots = slots;
  }

  /** Whether the string of a slot is that piece of the text. */
  #is(slot: number, from: number, to: number): boolean {
    const begin = this.#slots[slot + 2] ?? 0;
    if ((this.#slots[slot + 3] ?? 0) - begin !== to - from) return false;
    for (let at = from; at < to; at++) {
      if (this.#chars[at] !== this.#chars[begin + at - from]) return false;
    }
    return true;
  }
}
