// Bounds what is told of things that keep happening: each at once, then once a minute with how many more.
import type { Clock, Nanos } from "./clock.ts";
import { NewestMap } from "./newest-map.ts";

const PAUSE_NS = 60e9;

interface Told {
  readonly atNs: Nanos;
  unsaid: number;
}

export class OnceAMinute {
  readonly #clock: Clock;
  readonly #told: NewestMap<Told>;

  /** Of more keys than `mostKeys` the one told of longest ago is forgotten, and told of anew. */
  constructor(clock: Clock, mostKeys: number) {
    this.#clock = clock;
    this.#told = new NewestMap(mostKeys);
  }

  /** To be asked before each telling: how often it was left unsaid since the last one; null: leave it unsaid. */
  ask(key: string): number | null {
    const last = this.#told.get(key);
    const atNs = this.#clock.nowNs();
    if (last !== undefined && atNs - last.atNs < PAUSE_NS) {
      last.unsaid += 1;
      return null;
    }
    this.#told.set(key, { atNs, unsaid: 0 });
    return last?.unsaid ?? 0;
  }
}
