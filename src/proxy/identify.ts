// The stage that learns who calls, from verified credentials only, as the route asks.
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { AuthResult } from "../identity/authenticator.ts";
import type { Exchange } from "./exchange.ts";
import type { RoutedRequest } from "./route.ts";

/** Most credentials are verified at once; a promise is only for those that need to ask somebody. */
export type Identify = (exchange: Exchange, routed: RoutedRequest) => Promise<void> | undefined;

/** @throws WeirError unauthenticated without credentials, invalid_credentials with bad ones. */
export function createIdentify(clock: Clock): Identify {
  return function identify(exchange, routed) {
    const { snapshot, headers } = exchange;
    const methods = routed.match.route.options.authenticate;
    if (methods.length === 0) return undefined;
    const startedNs = clock.nowNs();
    const note = (result: AuthResult): void => {
      exchange.record.identifyNs = clock.nowNs() - startedNs;
      noteIdentity(exchange, result);
    };
    const result = snapshot.identifier.identify(headers, methods);
    if (result instanceof Promise) return result.then(note);
    note(result);
    return undefined;
  };
}

function noteIdentity({ record }: Exchange, result: AuthResult): void {
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
}
