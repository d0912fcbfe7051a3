// What verifies the tokens of one issuer, and what is told a client of those that don't hold.
import type { TokenOutcome, Verification } from "../authenticator.ts";
import type { TokenOptions } from "../options.ts";
import { invalidToken } from "./bearer.ts";
import type { VerifiedClaims } from "./claims.ts";
import type { JwtParts } from "./jwt-parts.ts";
import type { Keys } from "./key-source.ts";

/** The claims, or a word for what is wrong. */
export type TokenVerdict = VerifiedClaims | TokenOutcome;

export interface TokenVerifier {
  readonly options: TokenOptions;
  /** What verified tokens hang on; null where that is no set of keys. */
  readonly keys: () => Keys | null;
  /** Equal tokens at once are one. null: too many wait. */
  readonly verify: (token: string, jwt: JwtParts) => Promise<TokenVerdict> | null;
}

/** Of an issuer that is asked about its tokens, which need not be JWTs. */
export interface OpaqueVerifier extends TokenVerifier {
  readonly verify: (token: string) => Promise<TokenVerdict> | null;
}

/** Seconds; until keys are asked for again, and for an answer of introspection. */
const KEYS_RETRY_S = 5;
const RETRY_S = 1;

type Failure = Exclude<Verification, { readonly outcome: "ok" }>;

export const BUSY: Failure = { outcome: "verifier_busy", retryAfterS: RETRY_S };

/** 401 where the token is bad (RFC 6750 section 3.1); where nobody can tell, it may be good: 503. */
export const FAILURES: Readonly<Record<TokenOutcome, Failure>> = {
  expired: failure("expired"),
  not_yet_valid: failure("not_yet_valid"),
  wrong_audience: failure("wrong_audience"),
  wrong_issuer: failure("wrong_issuer"),
  bad_signature: failure("bad_signature"),
  unknown_key: failure("unknown_key"),
  wrong_algorithm: failure("wrong_algorithm"),
  malformed: failure("malformed"),
  revoked: failure("revoked"),
  inactive: failure("inactive"),
  not_bearer: failure("not_bearer"),
  distributed_claims: failure("distributed_claims"),
  keys_unavailable: { outcome: "keys_unavailable", retryAfterS: KEYS_RETRY_S },
  introspection_unavailable: { outcome: "introspection_unavailable", retryAfterS: RETRY_S },
};

function failure(outcome: TokenOutcome): Failure {
  return { outcome, challenge: invalidToken(outcome) };
}
