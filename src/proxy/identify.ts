// The stage that learns who calls, from verified credentials only, as the route asks.
import type { Clock } from "../core/clock.ts";
import { type ErrorCode, ERRORS, WeirError } from "../core/errors.ts";
import type { AuthOutcome, AuthResult } from "../identity/authenticator.ts";
import type { Exchange } from "./exchange.ts";
import type { RoutedRequest } from "./route.ts";

/** Most credentials are verified at once; a promise is only for those that need to ask somebody. */
export type Identify = (exchange: Exchange, routed: RoutedRequest) => Promise<void> | undefined;

/** @throws WeirError unauthenticated without credentials, invalid_credentials with bad ones, else why none were tried. */
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
    const result = snapshot.identifier.identify(headers, methods, {
      address: routed.head.client.address,
      tls: exchange.downstream.tls,
    });
    if (result instanceof Promise) return result.then(note);
    note(result);
    return undefined;
  };
}

function noteIdentity({ record }: Exchange, result: AuthResult): void {
  record.authMethod = result.method;
  record.authIssuer = result.issuer;
  record.authOutcome = result.outcome;
  if (result.outcome === "too_many_failures") record.limitedBy = FAILURES;
  if (!result.isAdmitted) throw refusalOf(result);
  record.identity = result.identity;
}

/** The limit's key in the config. */
const FAILURES = "identity.failures";

const CODES: Partial<Readonly<Record<AuthOutcome, ErrorCode>>> = {
  none: "unauthenticated",
  too_many_failures: "too_many_failures",
  verifier_busy: "verifier_busy",
  keys_unavailable: "verifier_unavailable",
  introspection_unavailable: "verifier_unavailable",
};

/** The client learns a code, the row the word: whether a name is known is nothing for the client. */
function refusalOf({ outcome, challenges, retryAfterS }: AuthResult): WeirError {
  const code = CODES[outcome] ?? "invalid_credentials";
  const headers =
    ERRORS[code].status === 401
      ? challenges.flatMap((challenge) => ["WWW-Authenticate", challenge])
      : ["Retry-After", String(retryAfterS)];
  return new WeirError(code, `authentication: ${outcome}`, { headers });
}
