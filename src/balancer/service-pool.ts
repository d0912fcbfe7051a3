// One service's endpoints in one worker: picks one for each attempt and gives out the lease.
import type { Nanos, Random } from "../core/clock.ts";
import { TRIAL } from "./health.ts";
import { AttemptLease, type Lease, type LeaseScope } from "./lease.ts";
import type { BalancePolicy } from "./options.ts";
import { createPicker } from "./pickers/create-picker.ts";
import type { Endpoint } from "./pickers/picker.ts";
import { createRandomStart } from "./random-start.ts";
import { Ranker } from "./ranking.ts";
import { createOpenRound, createRound } from "./round.ts";
import { RouteTimes } from "./route-times.ts";
import type { SharedState } from "./shared-state.ts";

export interface PickContext {
  /** Small integer: requests of one route are expected to take alike. */
  readonly routeId: number;
  /** 32-bit hash of the service's hash key (hash-key.ts); 0: none. */
  readonly hash: number;
  /** Indexes of the endpoints this request was already sent to. */
  readonly tried: readonly number[];
}

export interface ServicePool {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  readonly picker: BalancePolicy;
  /**
   * Picks an endpoint and counts the attempt in flight at once; null when none is left. Each lease
   * must be settled. Times are those of createSharedClock.
   */
  readonly lease: (context: PickContext, nowNs: Nanos) => Lease | null;
}

export interface ServicePoolParts {
  readonly name: string;
  readonly policy: BalancePolicy;
  readonly endpoints: readonly Endpoint[];
  readonly serviceSlot: number;
  readonly shared: SharedState;
  /** This worker's stripe, from 0. */
  readonly worker: number;
  readonly random: Random;
}

export function createServicePool(parts: ServicePoolParts): ServicePool {
  const { name, policy, endpoints, shared, worker, random } = parts;
  const picker = createPicker(policy, parts);
  const usable = endpoints.filter((endpoint) => endpoint.weight > 0).map(({ slot }) => slot);
  const scope: LeaseScope = { ...parts, usable, routes: new RouteTimes() };
  const round = createRound(endpoints.length);
  const openRound = createOpenRound(scope);
  const ranker = new Ranker(endpoints);
  const start = createRandomStart(endpoints, random);

  /** Index of the pick, or -1. Goes round again only where another worker took the trial first. */
  const pick = (tried: readonly number[]): number => {
    for (;;) {
      openRound(round, tried);
      picker.score(round);
      const index = ranker.rank(round, start());
      if (index < 0) return index;
      const slot = endpoints[index]?.slot ?? 0;
      if (round.open[index] === TRIAL && !shared.claimTrial(slot, worker)) continue;
      picker.picked(round, index);
      return index;
    }
  };

  return {
    name,
    endpoints,
    picker: policy,
    lease({ routeId, hash, tried }, nowNs) {
      round.hash = hash;
      round.nowNs = nowNs;
      const index = pick(tried);
      const endpoint = endpoints[index];
      if (endpoint === undefined) return null;
      const onTrial = round.open[index] === TRIAL;
      const ranking = ranker.ranking(round);
      return new AttemptLease(scope, { endpoint, index, routeId, onTrial, nowNs, ranking });
    },
  };
}
