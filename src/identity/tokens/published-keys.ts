// A worker's view of the keys that issuers publish: the main thread fetches them, once for all workers.
import type { Clock } from "../../core/clock.ts";
import { readKeySet } from "../../core/verification-key.ts";
import type { TokenOptions } from "../options.ts";
import type { Keys, KeySource } from "./key-source.ts";

/** A set as it was fetched, known to be readable. */
export interface KeySetText {
  readonly place: string;
  readonly text: string;
}

/** What fetches for all workers of this process. */
export interface KeySetFeed {
  readonly current: () => readonly KeySetText[];
  /** Resolves once listeners were told of newer ones, or there are none to be had now; never rejects. */
  readonly refresh: (place: string) => Promise<void>;
  readonly listen: (changed: () => void) => void;
}

/** Whether the issuer publishes its keys. */
export function isFetched({ jwks_url, discovery }: TokenOptions): boolean {
  return jwks_url !== "" || discovery;
}

/** Where a set comes from: two issuers never share one, nor do two addresses of one issuer. */
export function placeOf({ issuer, jwks_url }: TokenOptions): string {
  return `${issuer}\n${jwks_url}`;
}

/** Between questions to the main thread, which has a longer floor of its own: each is a message. */
const ASK_EVERY_NS = 1e9;
/** Longer than a discovery and a fetch may take. */
const LONGEST_MS = 11_000;

interface Known {
  readonly text: string;
  readonly keys: Keys;
}

interface Asked {
  readonly atNs: number;
  readonly answered: Promise<void>;
  /** null: it was. */
  resolve: (() => void) | null;
}

export interface PublishedKeysParts {
  readonly clock: Pick<Clock, "nowNs">;
  /** Asks for newer keys of a place; `answered` is called when they are there, or none are to be had. */
  readonly ask: (place: string) => void;
}

export class PublishedKeys {
  readonly #parts: PublishedKeysParts;
  #known: ReadonlyMap<string, Known> = new Map();
  readonly #asked = new Map<string, Asked>();

  constructor(parts: PublishedKeysParts) {
    this.#parts = parts;
  }

  /** All of them; a set whose text is as before keeps its keys. */
  replace(sets: readonly KeySetText[]): void {
    const next = new Map<string, Known>();
    for (const { place, text } of sets) {
      const before = this.#known.get(place);
      const read =
        before?.text === text ? { ok: true as const, keys: before.keys } : readKeySet(text);
      if (read.ok) next.set(place, { text, keys: read.keys });
    }
    this.#known = next;
  }

  answered(place: string): void {
    const asked = this.#asked.get(place);
    asked?.resolve?.();
    if (asked !== undefined) asked.resolve = null;
  }

  readonly open = (options: TokenOptions): KeySource => {
    const place = placeOf(options);
    return {
      current: () => this.#known.get(place)?.keys ?? null,
      refresh: () => this.#refresh(place),
      close: () => undefined,
    };
  };

  #refresh(place: string): Promise<void> | null {
    const nowNs = this.#parts.clock.nowNs();
    const asked = this.#asked.get(place);
    if (asked !== undefined && asked.resolve !== null) return asked.answered;
    if (asked !== undefined && nowNs - asked.atNs < ASK_EVERY_NS) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A main thread that is busy holds up nobody for longer.
    setTimeout(() => this.answered(place), LONGEST_MS).unref();
    this.#asked.set(place, { atNs: nowNs, answered: promise, resolve });
    this.#parts.ask(place);
    return promise;
  }
}
