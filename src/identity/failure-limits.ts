// How often a source or a subject may fail to authenticate: token buckets in memory that all workers share.
import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { FailureOptions } from "./options.ts";
import { sourceOf } from "../core/client-source.ts";

export interface FailureLimits {
  /** Seconds until the source may fail again, 0: now. Takes nothing. */
  readonly wait: (address: string) => number;
  /** Takes a failure's token from the source: 0, or the seconds until there is one. */
  readonly take: (address: string) => number;
  /** The same of a source and of the subject it claims to be, from all their buckets or from none. */
  readonly takeBoth: (address: string, subject: string) => number;
  /** What was taken beforehand for a failure that was none. */
  readonly giveBack: (address: string, subject: string) => void;
}

/**
 * So many times what one source may fail by a subject's name, all may together. With one bucket for a subject,
 * a single source that guesses would keep its owner out; with none, many sources would share no limit.
 */
const ALL_SOURCES = 10;
const SECRET_BYTES = 32;
/** A power of two. */
const CELLS = 65_536;
const MICROS_PER_MINUTE = 60_000_000n;
const NANOS_PER_MICRO = 1e3;

/** What all workers count in; survives structured clone as itself. */
export function createFailureCells(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(SECRET_BYTES + CELLS * BigInt64Array.BYTES_PER_ELEMENT);
  new Uint8Array(buffer, 0, SECRET_BYTES).set(randomBytes(SECRET_BYTES));
  return buffer;
}

/**
 * A bucket of N tokens that N a minute flow into is one number, the time at which it is full again
 * (generic cell rate algorithm, ITU-T I.371). The buckets of all sources and subjects lie in one
 * table of fixed size, each in two cells that a keyed hash picks: others may have taken from either,
 * so the one that says less counts (count-min sketch). No flood of sources makes the table grow or
 * forget, and nobody can aim at another's cells; only with thousands of failing sources at a time
 * does it happen that two of them together slow down a third.
 * `clock` is the one that all workers share.
 */
export function createFailureLimits(
  cells: SharedArrayBuffer,
  options: FailureOptions,
  clock: Clock,
): FailureLimits {
  const table = new Table(cells, clock);
  const source = bucketKind("source", options.per_source_per_minute);
  const subjectThere = bucketKind("subject of source", options.per_subject_per_minute);
  const subject = bucketKind("subject", options.per_subject_per_minute * ALL_SOURCES);
  const take = (address: string): number => table.take(source, sourceOf(address));
  const bucketsOf = (address: string, name: string): readonly Bucket[] => {
    const from = sourceOf(address);
    return [
      [source, from],
      [subjectThere, `${from}\n${name}`],
      [subject, name],
    ];
  };
  return {
    wait: (address) => table.wait(source, sourceOf(address)),
    take,
    takeBoth(address, name) {
      const taken: Bucket[] = [];
      for (const bucket of bucketsOf(address, name)) {
        const waitS = table.take(...bucket);
        if (waitS === 0) taken.push(bucket);
        else {
          for (const each of taken) table.giveBack(...each);
          return waitS;
        }
      }
      return 0;
    },
    giveBack(address, name) {
      for (const bucket of bucketsOf(address, name)) table.giveBack(...bucket);
    },
  };
}

type Bucket = readonly [kind: BucketKind, key: string];

/** All sources, or all subjects; null: no limit. */
type BucketKind = {
  readonly name: string;
  /** How long a token takes to come back, microseconds. */
  readonly tokenUs: bigint;
} | null;

function bucketKind(name: string, perMinute: number): BucketKind {
  return perMinute === 0 ? null : { name, tokenUs: MICROS_PER_MINUTE / BigInt(perMinute) };
}

class Table {
  readonly #secret: string;
  /** Times at which buckets are full again, microseconds on the shared clock. */
  readonly #cells: BigInt64Array<SharedArrayBuffer>;
  readonly #clock: Clock;

  constructor(buffer: SharedArrayBuffer, clock: Clock) {
    this.#secret = Buffer.from(new Uint8Array(buffer, 0, SECRET_BYTES)).toString("hex");
    this.#cells = new BigInt64Array(buffer, SECRET_BYTES, CELLS);
    this.#clock = clock;
  }

  /** Seconds until `take` would take, rounded up. */
  wait(kind: BucketKind, key: string): number {
    if (kind === null) return 0;
    const now = this.#nowUs();
    const [one, other] = this.#placesOf(kind.name, key);
    const fullAt = lesser(Atomics.load(this.#cells, one), Atomics.load(this.#cells, other));
    return secondsOver(fullAt + kind.tokenUs, now);
  }

  /** Seconds to wait, rounded up; 0: taken. */
  take(kind: BucketKind, key: string): number {
    if (kind === null) return 0;
    const now = this.#nowUs();
    const places = this.#placesOf(kind.name, key);
    const fullAt = places.map((at) => this.#move(at, kind.tokenUs, now)).reduce(lesser);
    const waitS = secondsOver(fullAt, now);
    if (waitS > 0) for (const at of places) this.#move(at, -kind.tokenUs, now);
    return waitS;
  }

  giveBack(kind: BucketKind, key: string): void {
    if (kind === null) return;
    const now = this.#nowUs();
    for (const at of this.#placesOf(kind.name, key)) this.#move(at, -kind.tokenUs, now);
  }

  /** Adds to a cell, from now on where it lies in the past; gives what it became. */
  #move(at: number, byUs: bigint, now: bigint): bigint {
    for (;;) {
      const before = Atomics.load(this.#cells, at);
      const after = (before > now ? before : now) + byUs;
      if (Atomics.compareExchange(this.#cells, at, before, after) === before) return after;
    }
  }

  #placesOf(name: string, key: string): readonly [number, number] {
    const digest = hash("sha256", `${this.#secret}${name}:${key}`);
    const first = Number.parseInt(digest.slice(0, 8), 16);
    const second = Number.parseInt(digest.slice(8, 16), 16);
    // Never the same one twice.
    return [first % CELLS, (first + 1 + (second % (CELLS - 1))) % CELLS];
  }

  #nowUs(): bigint {
    return BigInt(Math.trunc(this.#clock.nowNs() / NANOS_PER_MICRO));
  }
}

/** How long until no more than a minute's tokens are missing. */
function secondsOver(fullAtUs: bigint, nowUs: bigint): number {
  const overUs = fullAtUs - nowUs - MICROS_PER_MINUTE;
  return overUs <= 0n ? 0 : Math.ceil(Number(overUs) / 1e6);
}

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
