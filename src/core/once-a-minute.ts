// Bounds what is told of things that keep happening: each at once, then once a minute with how many more.
import type { Clock, Nanos } from "./clock.ts";

const PAUSE_NS = 60e9;

interface Told {
  readonly atNs: Nanos;
  unsaid: number;
}

export class OnceAMinute {
  readonly #clock: Clock;
  readonly #mostKeys: number;
  readonly #told = new Map<string, Told>();

  /** Of more keys than `mostKeys` the one told of longest ago is forgotten, and told of anew. */
  constructor(clock: Clock, mostKeys: number) {
    this.#clock = clock;
    this.#mostKeys = mostKeys;
  }

  /** To be asked before each telling: how often it was left unsaid since the last one; null: leave it unsaid. */
  ask(key: string): number | null {
    const told = this.#told;
    const last = told.get(key);
    const atNs = this.#clock.nowNs();
    if (last !== undefined && atNs - last.atNs < PAUSE_NS) {
      last.unsaid += 1;
      return null;
    }
    told.delete(key);
    const [oldest] = told.keys();
    if (oldest !== undefined && told.size >= this.#mostKeys) told.delete(oldest);
    told.set(key, { atNs, unsaid: 0 });
    return last?.unsaid ?? 0;
  }
}
