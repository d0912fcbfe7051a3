// The stage that picks an endpoint, and another one where the first could not be reached and it is safe.
import type { Lease } from "../balancer/lease.ts";
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { Exchange } from "./exchange.ts";
import type { RoutedRequest } from "./route.ts";

/** An attempt that brought no answer. */
export interface FailedAttempt {
  readonly error: WeirError;
  /** Nothing of the request was processed, or processing it twice is the same as once. */
  readonly repeatable: boolean;
  /** Repeatable, and the fault of a kept connection that the upstream had given up. */
  readonly stale: boolean;
}

/** One attempt at the leased endpoint; null once the reply is complete. */
export type Send = (lease: Lease) => Promise<FailedAttempt | null>;
export type Balance = (exchange: Exchange, routed: RoutedRequest, send: Send) => Promise<void>;

/** @throws WeirError no_endpoint, or the error of the last attempt. */
export function createBalance(clock: Clock): Balance {
  return async function balance(exchange, routed, send) {
    const { snapshot, record } = exchange;
    const service = snapshot.services.get(routed.match.route.options.service);
    if (service === undefined) throw new WeirError("no_endpoint");
    const tries: Tries = { tried: [], renewed: false, most: service.retries };
    const { tried } = tries;
    const context = { routeId: routed.match.route.id, hash: service.hash(exchange, routed), tried };
    record.picker = service.pool.picker;
    for (let failed: FailedAttempt | null = null; ;) {
      const startedNs = clock.nowNs();
      const lease = service.pool.lease(context, startedNs);
      record.balanceNs += clock.nowNs() - startedNs;
      if (lease === null) throw failed?.error ?? new WeirError("no_endpoint");
      noteChoice(exchange, lease);
      failed = await send(lease);
      if (failed === null) return;
      if (!mayTryAgain(failed, tries, lease.index)) throw failed.error;
    }
  };
}

interface Tries {
  /** Endpoints not to be sent to again. */
  readonly tried: number[];
  /** A stale connection was already given up, which is nothing its endpoint must answer for. */
  renewed: boolean;
  readonly most: number;
}

function mayTryAgain(failed: FailedAttempt, tries: Tries, index: number): boolean {
  if (failed.stale && !tries.renewed) {
    tries.renewed = true;
    return true;
  }
  if (!failed.repeatable || tries.tried.length >= tries.most) return false;
  tries.tried.push(index);
  return true;
}

/** The row keeps the candidates of the attempt that was answered, or of the last one. */
function noteChoice({ record }: Exchange, lease: Lease): void {
  record.upstream = lease.endpoint.url;
  record.candidates = lease.candidates;
  record.candidateScores = lease.scores;
  record.candidateInflight = lease.inflight;
}
