// The stage that learns who calls, from verified credentials only, as the route asks.
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { Exchange } from "./exchange.ts";
import type { RoutedRequest } from "./route.ts";

export type Identify = (exchange: Exchange, routed: RoutedRequest) => Promise<void>;

/** @throws WeirError unauthenticated without credentials, invalid_credentials with bad ones. */
export function createIdentify(clock: Clock): Identify {
  return async function identify({ snapshot, headers, record }, routed) {
    const methods = routed.match.route.options.authenticate;
    if (methods.length === 0) return;
    const startedNs = clock.nowNs();
    const pending = snapshot.identifier.identify(headers, methods);
    const result = pending instanceof Promise ? await pending : pending;
    record.identifyNs = clock.nowNs() - startedNs;
    record.authOutcome = result.outcome;
    if (result.outcome === "ok") {
      record.identity = result.identity;
      return;
    }
    throw new WeirError(
      result.outcome === "none" ? "unauthenticated" : "invalid_credentials",
      `authentication: ${result.outcome}`,
      { headers: ["WWW-Authenticate", result.challenge] },
    );
  };
}
