// Prepares a decision: which endpoints are candidates now, and their load.
import type { Endpoint, Round } from "./pickers/picker.ts";
import { availability, CLOSED, isEjected, isPanic, OPEN } from "./health.ts";
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
    if (revision !== lookedAt) allWell = parts.usable.every((slot) => !isEjected(shared, slot));
    lookedAt = revision;
    // Nearly always nobody is ejected and nothing was tried: then nobody needs looking at.
    if (allWell && tried.length === 0) round.open.set(weighty);
    else openSome(round, parts, tried);
  };
}

/**
 * Opens what has weight, was not tried and is not ejected. A retry is nobody's trial. Where too many
 * are ejected, or nothing else is left, ejection is ignored: a poor answer beats none.
 */
function openSome(round: Round, parts: RoundParts, tried: readonly number[]): void {
  const { endpoints, shared } = parts;
  let candidates = 0;
  for (let at = 0; at < endpoints.length; at++) {
    const { slot, weight } = endpoints[at] ?? NOBODY;
    round.open[at] = CLOSED;
    if (weight === 0 || isTried(tried, at)) continue;
    const state = availability(shared, slot, round.nowNs);
    if (state === OPEN || tried.length === 0) round.open[at] = state;
    if (round.open[at] !== CLOSED) candidates++;
  }
  // Where all are candidates, nobody needs counting.
  const isShort = candidates < endpoints.length;
  if (isShort && ignoresEjection(candidates, parts)) openAll(round, endpoints, tried);
}

function ignoresEjection(candidates: number, { shared, usable }: RoundParts): boolean {
  return candidates === 0 || isPanic(shared, usable);
}

function openAll(round: Round, endpoints: readonly Endpoint[], tried: readonly number[]): void {
  for (let at = 0; at < endpoints.length; at++) {
    const { weight } = endpoints[at] ?? NOBODY;
    round.open[at] = weight > 0 && !isTried(tried, at) ? OPEN : CLOSED;
  }
}

function isTried(tried: readonly number[], index: number): boolean {
  return tried.length > 0 && tried.includes(index);
}
