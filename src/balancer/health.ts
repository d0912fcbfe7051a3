// Passive health: who is ejected after failures in a row, and how it comes back.
import type { Nanos, Random } from "../core/clock.ts";
import { FIELD, type SharedState } from "./shared-state.ts";

/** What an endpoint may be given now. */
export const CLOSED = 0;
export const OPEN = 1;
/** Its ejection is over: exactly one attempt decides whether it is readmitted. */
export const TRIAL = 2;

const FAILURES_IN_A_ROW = 5;
const FIRST_EJECTION_NS = 1e9;
const LONGEST_EJECTION_NS = 30e9;
const JITTER = 0.25;
/** Ejections longer ago than this no longer lengthen the next one. */
const FORGIVEN_NS = 60e9;
const MOST_EJECTED = 0.5;

export function availability(shared: SharedState, slot: number, nowNs: Nanos): number {
  const until = shared.read(slot, FIELD.ejectedUntilNs);
  if (until === 0) return OPEN;
  return nowNs < until || shared.isOnTrial(slot) ? CLOSED : TRIAL;
}

/** Taken out by somebody, which no health undoes. */
export function isHeld(shared: SharedState, slot: number, nowNs: Nanos): boolean {
  return nowNs < shared.read(slot, FIELD.heldUntilNs);
}

/** Whether anything but its weight may keep it from traffic; false is what it nearly always is. */
export function isOut(shared: SharedState, slot: number): boolean {
  return isEjected(shared, slot) || shared.read(slot, FIELD.heldUntilNs) > 0;
}

export function isEjected(shared: SharedState, slot: number): boolean {
  return shared.read(slot, FIELD.ejectedUntilNs) > 0;
}

/** True where so many of these slots are ejected or held that the rest would melt: then ejection is ignored. */
export function isPanic(shared: SharedState, slots: readonly number[]): boolean {
  return countOut(shared, slots) > slots.length * MOST_EJECTED;
}

/** Whether one more of these slots may be ejected. */
export function mayEject(shared: SharedState, slots: readonly number[]): boolean {
  return countOut(shared, slots) + 1 <= slots.length * MOST_EJECTED;
}

/** Counts the failure; returns true where it was one too many and the endpoint should be ejected. */
export function failedTooOften(shared: SharedState, slot: number, nowNs: Nanos): boolean {
  const failures = shared.read(slot, FIELD.failuresInRow) + 1;
  shared.write(slot, FIELD.failuresInRow, failures);
  const until = shared.read(slot, FIELD.ejectedUntilNs);
  // Failures of attempts that began before the ejection must not lengthen it.
  return until === 0 ? failures >= FAILURES_IN_A_ROW : nowNs >= until;
}

/** Doubles with each ejection; jittered, so that several endpoints or proxies do not return as one. */
export function eject(shared: SharedState, slot: number, at: EjectedAt): void {
  const lastEnd = shared.read(slot, FIELD.ejectedUntilNs);
  const wellSince = shared.read(slot, FIELD.sinceNs);
  const forgiven = lastEnd === 0 && at.nowNs - wellSince > FORGIVEN_NS;
  const ejections = forgiven ? 0 : shared.read(slot, FIELD.ejections);
  const backoffNs = Math.min(LONGEST_EJECTION_NS, FIRST_EJECTION_NS * 2 ** ejections);
  const jittered = backoffNs * (1 - JITTER + 2 * JITTER * at.random());
  shared.write(slot, FIELD.ejections, ejections + 1);
  shared.setEjectedUntil(slot, at.nowNs + jittered);
}

export interface EjectedAt {
  readonly nowNs: Nanos;
  readonly random: Random;
}

export function readmit(shared: SharedState, slot: number): void {
  shared.setEjectedUntil(slot, 0);
  shared.write(slot, FIELD.failuresInRow, 0);
}

export function succeeded(shared: SharedState, slot: number): void {
  if (shared.read(slot, FIELD.failuresInRow) !== 0) shared.write(slot, FIELD.failuresInRow, 0);
}

function countOut(shared: SharedState, slots: readonly number[]): number {
  let out = 0;
  for (let at = 0; at < slots.length; at++) if (isOut(shared, slots[at] ?? 0)) out++;
  return out;
}
