// How slow an endpoint is: the moving averages behind every latency-aware decision.
import type { Nanos } from "../core/clock.ts";
import { FIELD, STRIPE, type SharedState } from "./shared-state.ts";

/** A new sample weighs at least this much: the average spans about twenty requests. */
const SAMPLE_WEIGHT = 1 / 20;
/** And more the longer ago the last one was. */
const SAMPLE_TIME_NS = 2e9;
const FLEET_WEIGHT = 0.001;
const FAILURE_WEIGHT = 0.2;
/** A failure counts as this many times the fleet's mean: a fast error must not look fast. */
const FAILURE_FACTOR = 20;
const STALE_NS = 5e9;
const STALE_TIME_NS = 5e9;
/** Stands for the fleet's mean until something succeeded: load still tells endpoints apart. */
const UNKNOWN_NS = 100e6;

export interface LatencySample {
  readonly ns: Nanos;
  readonly atNs: Nanos;
}

/** The service's mean over all its endpoints, ns (raw, not normalised by route). */
export function fleetMeanNs(shared: SharedState, serviceSlot: number): Nanos {
  return shared.read(serviceSlot, FIELD.estimateNs) || UNKNOWN_NS;
}

/** The fleet's mean is that of all successes; its first thousand samples weigh alike. */
export function observeFleet(shared: SharedState, serviceSlot: number, observedNs: Nanos): void {
  const samples = shared.read(serviceSlot, FIELD.samples) + 1;
  const mean = shared.read(serviceSlot, FIELD.estimateNs);
  const weight = Math.max(FLEET_WEIGHT, 1 / samples);
  shared.write(serviceSlot, FIELD.samples, samples);
  shared.write(serviceSlot, FIELD.estimateNs, mean + (observedNs - mean) * weight);
}

/** `sample.ns` is normalised by route. */
export function observeSuccess(shared: SharedState, slot: number, sample: LatencySample): void {
  const sinceLast = Math.max(0, sample.atNs - shared.read(slot, FIELD.sampledAtNs));
  const weight = 1 - Math.exp(-sinceLast / SAMPLE_TIME_NS) * (1 - SAMPLE_WEIGHT);
  const before = shared.read(slot, FIELD.estimateNs) || sample.ns;
  record(shared, slot, { ns: before + (sample.ns - before) * weight, atNs: sample.atNs });
}

export interface FailureSample {
  readonly observedNs: Nanos;
  readonly fleetNs: Nanos;
  readonly atNs: Nanos;
}

export function observeFailure(shared: SharedState, slot: number, sample: FailureSample): void {
  const { observedNs, fleetNs, atNs } = sample;
  const before = shared.read(slot, FIELD.estimateNs) || fleetNs;
  const cost = Math.max(observedNs, fleetNs * FAILURE_FACTOR);
  const ns = before + (cost - before) * FAILURE_WEIGHT;
  record(shared, slot, { ns, atNs });
}

/** After a trial that went well an endpoint starts again as an average one, or as slow as it was. */
export function restart(shared: SharedState, slot: number, sample: LatencySample): void {
  record(shared, slot, sample);
  shared.write(slot, FIELD.sinceNs, sample.atNs);
}

/**
 * The average at a time; unknown is the fleet's mean, and what has had no sample for some seconds
 * fades to it. To the mean and not to zero: zero would mean "best" and cause a stampede.
 */
export function estimateAtNs(
  shared: SharedState,
  slot: number,
  at: { readonly fleetNs: Nanos; readonly nowNs: Nanos },
): Nanos {
  const estimate = shared.read(slot, FIELD.estimateNs);
  if (estimate === 0) return at.fleetNs;
  const staleFor = at.nowNs - shared.read(slot, FIELD.sampledAtNs) - STALE_NS;
  if (staleFor <= 0) return estimate;
  return at.fleetNs + (estimate - at.fleetNs) * Math.exp(-staleFor / STALE_TIME_NS);
}

/** Mean age of the attempts that wait for a head: sees an endpoint that hangs before it answers. */
export function waitingAgeNs(shared: SharedState, slot: number, nowNs: Nanos): Nanos {
  const waiting = shared.total(slot, STRIPE.waiting);
  return waiting > 0 ? nowNs - shared.total(slot, STRIPE.startsNs) / waiting : 0;
}

function record(shared: SharedState, slot: number, sample: LatencySample): void {
  shared.write(slot, FIELD.estimateNs, sample.ns);
  shared.write(slot, FIELD.sampledAtNs, sample.atNs);
  shared.write(slot, FIELD.samples, shared.read(slot, FIELD.samples) + 1);
}
