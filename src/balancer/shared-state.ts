// Per-endpoint state all worker threads share: load in stripes by worker, estimates as plain doubles.
import type { Nanos } from "../core/clock.ts";

/** What the main thread makes once and hands to every worker; survives structured clone. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Slots: one for each endpoint and one for each service. */
  readonly capacity: number;
  readonly workers: number;
  /** The process's monotonic clock (process.hrtime.bigint) at creation: zero of the shared time axis. */
  readonly epoch: bigint;
}

/**
 * Written by whichever worker has news. These races are benign by design: doubles are aligned and
 * weir runs on 64 bits, so a value is never torn; of two samples taken in the same instant one may
 * be lost, which an average over twenty does not notice; and every word here is either overwritten
 * by the next sample or expires by its own time. What must not be lost (load) is in the stripes.
 */
export const FIELD = {
  /** Moving average of time to first byte, ns, normalised by route; 0: unknown. */
  estimateNs: 0,
  sampledAtNs: 1,
  samples: 2,
  /** Since when the endpoint has been known or readmitted. */
  sinceNs: 3,
  failuresInRow: 4,
  /** 0: not ejected; in the past: waits for its trial. */
  ejectedUntilNs: 5,
  ejections: 6,
  statisticsWeight: 7,
  statisticsAtNs: 8,
  statisticsFadedAtNs: 9,
  /** Totals of the stripes when the slot was given out: a slot's former life is not reported. */
  okBefore: 10,
  failedBefore: 11,
  /** Somebody took the endpoint out until then; 0: nobody did. */
  heldUntilNs: 12,
} as const;

/** Written only by the worker whose stripe it is, so that no atomic operation is needed. */
export const STRIPE = {
  inflight: 0,
  /** Of those in flight, how many still wait for the response's head. */
  waiting: 1,
  /** Sum of the start times of the waiting. */
  startsNs: 2,
  ok: 3,
  failed: 4,
} as const;

const FIELDS = 16;
/** Eight doubles are one cache line: a worker's write disturbs no other worker's. */
const STRIPES = 8;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

export interface SharedMemoryOptions {
  readonly workers: number;
  readonly capacity?: number;
}

/** Main thread only. 2048 slots and 8 workers take 1.3 MB. */
export function createSharedMemory(options: SharedMemoryOptions): SharedMemory {
  const { workers, capacity = 2048 } = options;
  const doubles = capacity * FIELDS + workers * capacity * STRIPES;
  const words = capacity + 1;
  const buffer = new SharedArrayBuffer(doubles * BYTES + words * Int32Array.BYTES_PER_ELEMENT);
  return { buffer, capacity, workers, epoch: process.hrtime.bigint() };
}

/** One thread's view of the shared memory. */
export class SharedState {
  readonly capacity: number;
  readonly workers: number;
  readonly #fields: Float64Array;
  readonly #stripes: Float64Array;
  /** Who holds the one trial of an ejected endpoint: worker + 1, or 0. Claimed atomically. */
  readonly #trials: Int32Array;
  /** One word: changes with every ejection and readmission, whichever thread makes it. */
  readonly #ejections: Int32Array;

  constructor(memory: SharedMemory) {
    const { buffer, capacity, workers } = memory;
    const fields = capacity * FIELDS;
    const stripes = workers * capacity * STRIPES;
    this.capacity = capacity;
    this.workers = workers;
    this.#fields = new Float64Array(buffer, 0, fields);
    this.#stripes = new Float64Array(buffer, fields * BYTES, stripes);
    this.#trials = new Int32Array(buffer, (fields + stripes) * BYTES, capacity);
    this.#ejections = new Int32Array(buffer, this.#trials.byteOffset + this.#trials.byteLength, 1);
  }

  read(slot: number, field: number): number {
    return this.#fields[slot * FIELDS + field] ?? 0;
  }

  write(slot: number, field: number, value: number): void {
    this.#fields[slot * FIELDS + field] = value;
  }

  /** For each of the slots the sum over all workers: `total` for those who need it of all endpoints. */
  totals(slots: Int32Array, stripe: number, into: Float64Array): void {
    const step = this.capacity * STRIPES;
    const stripes = this.#stripes;
    for (let index = 0; index < slots.length; index++) {
      let at = (slots[index] ?? 0) * STRIPES + stripe;
      let sum = stripes[at] ?? 0;
      for (at += step; at < stripes.length; at += step) sum += stripes[at] ?? 0;
      into[index] = sum;
    }
  }

  /** The sum over all workers. */
  total(slot: number, stripe: number): number {
    const step = this.capacity * STRIPES;
    const stripes = this.#stripes;
    let sum = 0;
    for (let at = slot * STRIPES + stripe; at < stripes.length; at += step) sum += stripes[at] ?? 0;
    return sum;
  }

  /**
   * Counts an attempt that began. The sum is written before the count, and in `unwait` after it:
   * a reader between the two sees a mean start in the future, which it takes for "no age".
   */
  begin(worker: number, slot: number, startNs: Nanos): void {
    const at = this.#stripe(worker, slot);
    this.#add(at + STRIPE.startsNs, startNs);
    this.#add(at + STRIPE.waiting, 1);
    this.#add(at + STRIPE.inflight, 1);
  }

  /** The attempt of `begin` waits no longer: its head came or it ended. */
  unwait(worker: number, slot: number, startNs: Nanos): void {
    const at = this.#stripe(worker, slot);
    this.#add(at + STRIPE.waiting, -1);
    // Starting again from zero whenever nobody waits keeps rounding from piling up.
    if (this.#stripes[at + STRIPE.waiting] === 0) this.#stripes[at + STRIPE.startsNs] = 0;
    else this.#add(at + STRIPE.startsNs, -startNs);
  }

  end(worker: number, slot: number): void {
    this.#add(this.#stripe(worker, slot) + STRIPE.inflight, -1);
  }

  count(worker: number, slot: number, ok: boolean): void {
    this.#add(this.#stripe(worker, slot) + (ok ? STRIPE.ok : STRIPE.failed), 1);
  }

  /** The endpoint takes nothing until then; 0: it is in again. */
  setEjectedUntil(slot: number, untilNs: Nanos): void {
    this.write(slot, FIELD.ejectedUntilNs, untilNs);
    Atomics.add(this.#ejections, 0, 1);
  }

  /** Main thread: whatever its health, the endpoint takes nothing until then; 0: as its health says. */
  setHeldUntil(slot: number, untilNs: Nanos): void {
    this.write(slot, FIELD.heldUntilNs, untilNs);
    Atomics.add(this.#ejections, 0, 1);
  }

  /** As long as it is the same, nobody was ejected, held or readmitted. */
  ejectionRevision(): number {
    return Atomics.load(this.#ejections, 0);
  }

  /** True for one caller only, until it calls `releaseTrial`. */
  claimTrial(slot: number, worker: number): boolean {
    return Atomics.compareExchange(this.#trials, slot, 0, worker + 1) === 0;
  }

  releaseTrial(slot: number, worker: number): void {
    Atomics.compareExchange(this.#trials, slot, worker + 1, 0);
  }

  isOnTrial(slot: number): boolean {
    return this.#trials[slot] !== 0;
  }

  /** Main thread: forgets a slot's former life. Attempts in flight stay counted until they end. */
  clear(slot: number, nowNs: Nanos): void {
    this.#fields.fill(0, slot * FIELDS, (slot + 1) * FIELDS);
    this.setEjectedUntil(slot, 0);
    this.write(slot, FIELD.sinceNs, nowNs);
    this.write(slot, FIELD.okBefore, this.total(slot, STRIPE.ok));
    this.write(slot, FIELD.failedBefore, this.total(slot, STRIPE.failed));
    Atomics.store(this.#trials, slot, 0);
  }

  /** Main thread, after a worker died: its attempts in flight are gone; what it counted stays. */
  resetWorker(worker: number): void {
    for (let slot = 0; slot < this.capacity; slot++) {
      const at = this.#stripe(worker, slot);
      this.#stripes[at + STRIPE.inflight] = 0;
      this.#stripes[at + STRIPE.waiting] = 0;
      this.#stripes[at + STRIPE.startsNs] = 0;
      this.releaseTrial(slot, worker);
    }
  }

  #stripe(worker: number, slot: number): number {
    return (worker * this.capacity + slot) * STRIPES;
  }

  #add(at: number, amount: number): void {
    this.#stripes[at] = (this.#stripes[at] ?? 0) + amount;
  }
}
