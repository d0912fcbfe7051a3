// What is told of a connection to an upstream that could not be opened, or broke.
import { messageOf, WeirError } from "../core/errors.ts";
import { tlsFailure } from "./tls-failure.ts";
import type { UpstreamPoolOptions } from "./upstream.ts";

export interface BrokenConnection {
  /** Over TLS. */
  readonly secure: boolean;
  /** It stood, as far as one knew. */
  readonly wasReady: boolean;
  readonly cause: Error | null;
  /** What else may have been the reason; "": nothing. */
  readonly suspicion: string;
}

/** TLS's own failures, of which `tlsFailed` is told; else upstream_unreachable before it stood, upstream_reset after. */
export function connectionError(
  { secure, wasReady, cause, suspicion }: BrokenConnection,
  tlsFailed: UpstreamPoolOptions["tlsFailed"],
): WeirError {
  const failure = secure ? tlsFailure(wasReady, cause) : null;
  if (failure !== null) {
    tlsFailed?.(failure);
    return failure;
  }
  const what = cause === null ? "connection closed" : reasonOf(cause);
  const why = suspicion === "" ? what : `${what}; ${suspicion}`;
  return new WeirError(wasReady ? "upstream_reset" : "upstream_unreachable", why, { cause });
}

/** Where a name has several addresses, each was tried, and the first failure speaks for all. */
function reasonOf(cause: Error): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return messageOf(first ?? cause);
}
