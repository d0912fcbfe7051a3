// One attempt at one endpoint, from the pick to its end: counts its load and judges its outcome.
import type { Nanos, Random } from "../core/clock.ts";
import { fleetMeanNs, observeFailure, observeFleet, observeSuccess, restart } from "./estimate.ts";
import { eject, failedTooOften, isEjected, mayEject, readmit, succeeded } from "./health.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Endpoint } from "./pickers/picker.ts";
import type { Ranking } from "./ranking.ts";
import type { RouteTimes } from "./route-times.ts";
import type { RoundParts } from "./round.ts";

export interface Lease extends Ranking {
  readonly endpoint: Endpoint;
  /** Of the endpoint in its pool; what a retry passes as tried. */
  readonly index: number;
  /**
   * The response's head came: takes the latency sample and judges the status, so that neither
   * streams nor long downloads make an endpoint look slow. Later calls do nothing.
   */
  readonly firstByte: (nowNs: Nanos, status: number) => void;
  /**
   * Ends the attempt; later calls do nothing. `failed` without a head, or after a good one, counts
   * as a failure; `aborted` (the client left) says nothing about the endpoint.
   */
  readonly settle: (outcome: Outcome, nowNs: Nanos) => void;
}

/** What all leases of a pool share. */
export interface LeaseScope extends RoundParts {
  readonly worker: number;
  readonly random: Random;
  readonly serviceSlot: number;
  readonly routes: RouteTimes;
}

export interface Pick {
  readonly endpoint: Endpoint;
  readonly index: number;
  readonly routeId: number;
  readonly onTrial: boolean;
  readonly nowNs: Nanos;
  readonly ranking: Ranking;
}

export class AttemptLease implements Lease {
  readonly endpoint: Endpoint;
  readonly index: number;
  readonly candidates: readonly string[];
  readonly scores: readonly number[];
  readonly inflight: readonly number[];
  readonly #scope: LeaseScope;
  readonly #routeId: number;
  readonly #startedNs: Nanos;
  /** The start as the in-flight age sees it: later for routes that take longer than the average. */
  readonly #agesFromNs: Nanos;
  readonly #beganEjected: boolean;
  #onTrial: boolean;
  #waiting = true;
  #settled = false;
  #judged: "" | "ok" | "failed" = "";

  constructor(scope: LeaseScope, pick: Pick) {
    const { shared, worker, serviceSlot, routes } = scope;
    const { slot } = pick.endpoint;
    const expectedNs = routes.meanNs(pick.routeId);
    this.endpoint = pick.endpoint;
    this.index = pick.index;
    this.candidates = pick.ranking.candidates;
    this.scores = pick.ranking.scores;
    this.inflight = pick.ranking.inflight;
    this.#scope = scope;
    this.#routeId = pick.routeId;
    this.#onTrial = pick.onTrial;
    this.#startedNs = pick.nowNs;
    this.#agesFromNs = pick.nowNs + Math.max(0, expectedNs - fleetMeanNs(shared, serviceSlot));
    this.#beganEjected = isEjected(shared, slot);
    shared.begin(worker, slot, this.#agesFromNs);
  }

  firstByte(nowNs: Nanos, status: number): void {
    if (!this.#waiting) return;
    this.#endWait();
    this.#judge(outcomeOf(status), nowNs);
  }

  settle(outcome: Outcome, nowNs: Nanos): void {
    if (this.#settled) return;
    this.#settled = true;
    const { shared, worker } = this.#scope;
    if (this.#waiting) this.#endWait();
    if (outcome !== "aborted") this.#judge(outcome, nowNs);
    this.#endTrial();
    shared.end(worker, this.endpoint.slot);
    if (this.#judged !== "") shared.count(worker, this.endpoint.slot, this.#judged === "ok");
  }

  #endWait(): void {
    const { shared, worker } = this.#scope;
    this.#waiting = false;
    shared.unwait(worker, this.endpoint.slot, this.#agesFromNs);
  }

  /** A good head may still be followed by a failure, but a failure is never taken back. */
  #judge(outcome: "ok" | "failed", nowNs: Nanos): void {
    if (this.#judged === "failed" || this.#judged === outcome) return;
    this.#judged = outcome;
    if (outcome === "ok") this.#succeed(nowNs);
    else this.#fail(nowNs);
    this.#endTrial();
  }

  #succeed(nowNs: Nanos): void {
    const { shared, serviceSlot, routes } = this.#scope;
    const { slot } = this.endpoint;
    const observedNs = Math.max(0, nowNs - this.#startedNs);
    routes.observe(this.#routeId, observedNs);
    observeFleet(shared, serviceSlot, observedNs);
    const fleetNs = fleetMeanNs(shared, serviceSlot);
    const ns = (observedNs * fleetNs) / (routes.meanNs(this.#routeId) || fleetNs);
    if (this.#beganEjected && isEjected(shared, slot)) {
      readmit(shared, slot);
      restart(shared, slot, { ns: Math.max(ns, fleetNs), atNs: nowNs });
    } else {
      succeeded(shared, slot);
      observeSuccess(shared, slot, { ns, atNs: nowNs });
    }
  }

  #fail(nowNs: Nanos): void {
    const { shared, serviceSlot, random, usable } = this.#scope;
    const { slot } = this.endpoint;
    const observedNs = Math.max(0, nowNs - this.#startedNs);
    const fleetNs = fleetMeanNs(shared, serviceSlot);
    observeFailure(shared, slot, { observedNs, fleetNs, atNs: nowNs });
    if (!failedTooOften(shared, slot, nowNs)) return;
    if (isEjected(shared, slot) || mayEject(shared, usable)) eject(shared, slot, { nowNs, random });
  }

  #endTrial(): void {
    if (!this.#onTrial) return;
    this.#onTrial = false;
    this.#scope.shared.releaseTrial(this.endpoint.slot, this.#scope.worker);
  }
}
