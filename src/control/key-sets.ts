// Fetches the keys that issuers of tokens publish, once for all workers of this process.
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { TokenOptions } from "../identity/options.ts";
import type { RemoteKeys } from "../identity/tokens/key-source.ts";
import {
  isFetched,
  type KeySetFeed,
  type KeySetText,
  placeOf,
} from "../identity/tokens/published-keys.ts";

export interface KeySetsParts {
  readonly clock: Clock;
  readonly log: Log;
}

export class KeySets implements KeySetFeed {
  readonly #parts: KeySetsParts;
  readonly #listeners: (() => void)[] = [];
  #open: ReadonlyMap<string, RemoteKeys> = new Map();
  #followed: readonly TokenOptions[] = [];
  #following: Promise<void> = Promise.resolve();

  constructor(parts: KeySetsParts) {
    this.#parts = parts;
  }

  /** Of these issuers from now on; what is known of those that stay is kept. */
  follow(tokens: readonly TokenOptions[]): void {
    this.#followed = tokens;
    this.#following = this.#following.then(() => this.#take(tokens));
  }

  /** While `swap` runs, these and those before; then these alone, or with a fault those before. Resolves to the fault. */
  async followAfter(
    swap: () => Promise<string | null>,
    tokens: readonly TokenOptions[],
  ): Promise<string | null> {
    const before = this.#followed;
    this.follow([...before, ...tokens]);
    const fault = await swap();
    this.follow(fault === null ? tokens : before);
    return fault;
  }

  readonly listen = (changed: () => void): void => void this.#listeners.push(changed);

  readonly current = (): readonly KeySetText[] =>
    [...this.#open].flatMap(([place, source]) => {
      const text = source.text();
      return text === "" ? [] : [{ place, text }];
    });

  readonly refresh = async (place: string): Promise<void> => {
    await this.#following;
    await this.#open.get(place)?.refresh();
  };

  async #take(tokens: readonly TokenOptions[]): Promise<void> {
    const fetched = tokens.filter(isFetched);
    if (fetched.length === 0 && this.#open.size === 0) return;
    // A client for https is not loaded for those who fetch nothing.
    const { remoteKeys } = await import("../identity/tokens/key-source.ts");
    const changed = (): void => {
      for (const listener of this.#listeners) listener();
    };
    const next = new Map<string, RemoteKeys>();
    for (const options of fetched) {
      const place = placeOf(options);
      const kept = next.get(place) ?? this.#open.get(place);
      next.set(place, kept ?? remoteKeys(options, { ...this.#parts, changed }));
    }
    for (const [place, source] of this.#open) if (!next.has(place)) source.close();
    this.#open = next;
  }
}
