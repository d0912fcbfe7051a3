// Prepares a decision: which endpoints are candidates now, and their load.
import type { Endpoint, Round } from "./pickers/picker.ts";
import { availability, CLOSED, isHeld, isOut, isPanic, OPEN } from "./health.ts";
import { STRIPE, type SharedState } from "./shared-state.ts";

const NOBODY = { slot: 0, weight: 0 };

export function createRound(endpoints: number): Round {
  return {
    open: new Uint8Array(endpoints),
    inflight: new Float64Array(endpoints),
    scores: new Float64Array(endpoints),
    hash: 0,
    nowNs: 0,
  };
}

export interface RoundParts {
  readonly endpoints: readonly Endpoint[];
  readonly shared: SharedState;
  /** Slots of the endpoints that may take traffic. */
  readonly usable: readonly number[];
}

/** Fills in who is a candidate, and everybody's load. */
export type OpenRound = (round: Round, tried: readonly number[]) => void;

export function createOpenRound(parts: RoundParts): OpenRound {
  const { endpoints, shared } = parts;
  const slots = Int32Array.from(endpoints, ({ slot }) => slot);
  const weighty = Uint8Array.from(endpoints, ({ weight }) => (weight > 0 ? OPEN : CLOSED));
  let lookedAt = -1;
  let allWell = false;
  return (round, tried) => {
    shared.totals(slots, STRIPE.inflight, round.inflight);
    const revision = shared.ejectionRevision();
    if (revision !== lookedAt) allWell = parts.usable.every((slot) => !isOut(shared, slot));
    lookedAt = revision;
    // Nearly always nobody is out and nothing was tried: then nobody needs looking at.
    if (allWell && tried.length === 0) round.open.set(weighty);
    else openSome(round, parts, tried);
  };
}

/**
 * Opens what has weight, was not tried and is neither held nor ejected. A retry is nobody's trial. Where too
 * many are out, or nothing else is left, ejection is ignored, as a poor answer beats none; who held an endpoint
 * knows why, and control/holds.ts never lets the last one of a service be held.
 */
function openSome(round: Round, parts: RoundParts, tried: readonly number[]): void {
  const candidates = openByHealth(round, parts, tried);
  // Where all are candidates, nobody needs counting.
  const isShort = candidates < parts.endpoints.length;
  if (isShort && ignoresEjection(candidates, parts)) openAll(round, parts, tried);
}

/** How many it opened. */
function openByHealth(round: Round, parts: RoundParts, tried: readonly number[]): number {
  const { endpoints, shared } = parts;
  let candidates = 0;
  for (let at = 0; at < endpoints.length; at++) {
    round.open[at] = CLOSED;
    if (!mayBeGiven(at, round, parts) || isTried(tried, at)) continue;
    const state = availability(shared, endpoints[at]?.slot ?? 0, round.nowNs);
    if (state === OPEN || tried.length === 0) round.open[at] = state;
    if (round.open[at] !== CLOSED) candidates++;
  }
  return candidates;
}

function ignoresEjection(candidates: number, { shared, usable }: RoundParts): boolean {
  return candidates === 0 || isPanic(shared, usable);
}

function openAll(round: Round, parts: RoundParts, tried: readonly number[]): void {
  for (let at = 0; at < parts.endpoints.length; at++) {
    round.open[at] = mayBeGiven(at, round, parts) && !isTried(tried, at) ? OPEN : CLOSED;
  }
}

/** Whatever its health. */
function mayBeGiven(at: number, { nowNs }: Round, { endpoints, shared }: RoundParts): boolean {
  const { slot, weight } = endpoints[at] ?? NOBODY;
  return weight > 0 && !isHeld(shared, slot, nowNs);
}

function isTried(tried: readonly number[], index: number): boolean {
  return tried.length > 0 && tried.includes(index);
}
