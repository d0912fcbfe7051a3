// Numbers for pairs of numbers: an open-addressing hash table flat enough to be shared by threads.
import { sharedInts } from "./int-list.ts";

/**
 * Four cells a slot: both numbers of a pair, then what they lead to: a number + 1 (0: the slot is free) and another.
 * So a look-up is one wait for memory. As many slots as a power of two.
 */
export type PairSlots = Int32Array;

/** What the pair with a number leads to; neither is negative. */
export type LeadsTo = (number: number) => readonly [number, number];

const FIRST_SLOTS = 1024;
const CELLS = 4;

/** What is not there. */
export const NO_PAIR = -1;

function hashOf(one: number, other: number): number {
  let hash = Math.imul(one, 0x9e3779b1) ^ Math.imul(other, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

export class PairTable {
  readonly #slots: PairSlots;
  readonly #mask: number;

  constructor(slots: PairSlots) {
    this.#slots = slots;
    this.#mask = slots.length / CELLS - 1;
  }

  /** The place of a pair, for `first` and `second`; NO_PAIR where it is not there. */
  find(one: number, other: number): number {
    const slots = this.#slots;
    for (let slot = hashOf(one, other) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * CELLS;
      if (slots[at + 2] === 0) return NO_PAIR;
      if (slots[at] === one && slots[at + 1] === other) return at;
    }
  }

  /** What the pair at a place leads to. */
  first(at: number): number {
    return (this.#slots[at + 2] ?? 0) - 1;
  }

  second(at: number): number {
    return this.#slots[at + 3] ?? 0;
  }
}

/** Numbers pairs from 0 in the order of their first coming. */
export class PairNumbering {
  #slots = new Int32Array(FIRST_SLOTS * CELLS);
  count = 0;

  numberOf(one: number, other: number): number {
    const at = this.#slotOf(one, other);
    const known = this.#slots[at + 2] ?? 0;
    if (known !== 0) return known - 1;
    this.#put(at, one, other);
    // Half full at most: most questions are for pairs that are not there.
    if (this.count * CELLS * 2 > this.#slots.length) this.#grow();
    return this.count - 1;
  }

  /** The pairs, each with what it leads to. */
  slots(leadsTo: LeadsTo): PairSlots {
    const slots = sharedInts(this.#slots.length);
    slots.set(this.#slots);
    for (let at = 2; at < slots.length; at += CELLS) {
      const number = slots[at] ?? 0;
      if (number === 0) continue;
      const [first, second] = leadsTo(number - 1);
      slots[at] = first + 1;
      slots[at + 1] = second;
    }
    return slots;
  }

  #slotOf(one: number, other: number): number {
    const slots = this.#slots;
    const mask = slots.length / CELLS - 1;
    for (let slot = hashOf(one, other) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * CELLS;
      if (slots[at + 2] === 0) return at;
      if (slots[at] === one && slots[at + 1] === other) return at;
    }
  }

  #put(at: number, one: number, other: number): void {
    this.count += 1;
    this.#slots[at] = one;
    this.#slots[at + 1] = other;
    this.#slots[at + 2] = this.count;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += CELLS) {
      if (before[at + 2] === 0) continue;
      this.#copy(before, at);
    }
  }
  #copy(before: PairSlots, at: number): void {
    const [one = 0, other = 0, number = 0] = [before[at], before[at + 1], before[at + 2]];
    const to = this.#slotOf(one, other);
    this.#slots[to] = one;
    this.#slots[to + 1] = other;
    this.#slots[to + 2] = number;
  }
}
