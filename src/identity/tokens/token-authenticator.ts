// The method "jwt": bearer tokens, verified once and remembered until they expire or are revoked.
import type { Clock } from "../../core/clock.ts";
import type { Authenticator, TokenOutcome, Verification } from "../authenticator.ts";
import {
  BEARER_CHALLENGE,
  BEARER_HEADER,
  invalidToken,
  MAX_TOKEN_CHARS,
  presentedToken,
} from "./bearer.ts";
import type { VerifiedClaims } from "./claims.ts";
import { readJwtParts } from "./jwt-parts.ts";
import { type Revocations, revocationName } from "./revocations.ts";
import { type RememberedToken, TokenCache } from "./token-cache.ts";
import { type TokenIssuer, verifyJwt } from "./verify-jwt.ts";

export interface TokenAuthenticatorParts {
  readonly issuers: readonly TokenIssuer[];
  readonly revocations: Revocations;
  readonly clock: Clock;
}

export function createTokenAuthenticator(parts: TokenAuthenticatorParts): Authenticator {
  const tokens = new Tokens(parts);
  return {
    method: "jwt",
    credentialHeaders: [BEARER_HEADER],
    challenge: BEARER_CHALLENGE,
    authenticate: (headers) => {
      const presented = presentedToken(headers);
      return presented === null ? null : tokens.verify(presented);
    },
  };
}

class Tokens {
  readonly #issuers: ReadonlyMap<unknown, TokenIssuer>;
  readonly #revocations: Revocations;
  readonly #nowMs: () => number;
  readonly #cache = new TokenCache();
  /** One verification for all requests that bring the same token at once. */
  readonly #running = new Map<string, Promise<Verification>>();

  constructor({ issuers, revocations, clock }: TokenAuthenticatorParts) {
    this.#issuers = new Map(issuers.map((each) => [each.options.issuer, each]));
    this.#revocations = revocations;
    this.#nowMs = clock.wallMs;
  }

  verify(token: string): Verification | Promise<Verification> {
    if (token.length > MAX_TOKEN_CHARS) return FAILURES.malformed;
    const digest = this.#cache.digestOf(token);
    const known = this.#cache.get(digest, this.#nowMs());
    if (known !== null) return this.#unlessRevoked(known);
    const running = this.#running.get(digest);
    if (running !== undefined) return running;
    const started = this.#verifyNew(token, digest);
    if (started instanceof Promise) this.#running.set(digest, started);
    return started;
  }

  #verifyNew(token: string, digest: string): Verification | Promise<Verification> {
    const jwt = readJwtParts(token);
    if (jwt === null) return FAILURES.malformed;
    const issuer = this.#issuers.get(jwt.claims["iss"]);
    if (issuer === undefined) return FAILURES.wrong_issuer;
    return verifyJwt(token, jwt, { issuer, nowMs: this.#nowMs })
      .then((found) => this.#remember(digest, found, issuer))
      .finally(() => this.#running.delete(digest));
  }

  #remember(
    digest: string,
    found: VerifiedClaims | TokenOutcome,
    { keys, options }: TokenIssuer,
  ): Verification {
    if (typeof found === "string") return FAILURES[found];
    const token: RememberedToken = {
      verification: { outcome: "ok", identity: found.identity },
      untilMs: found.untilMs,
      revocation: revocationName(options.issuer, found.jti),
      keys: keys.current,
      verifiedBy: keys.current(),
    };
    this.#cache.set(digest, token);
    return this.#unlessRevoked(token);
  }

  /** Asked again for each request, so that a revocation takes effect at once. */
  #unlessRevoked({ verification, revocation }: RememberedToken): Verification {
    return this.#revocations.has(revocation) ? FAILURES.revoked : verification;
  }
}

function failure(outcome: TokenOutcome): Verification {
  return { outcome, challenge: invalidToken(outcome) };
}

const FAILURES: Readonly<Record<TokenOutcome, Verification>> = {
  expired: failure("expired"),
  not_yet_valid: failure("not_yet_valid"),
  wrong_audience: failure("wrong_audience"),
  wrong_issuer: failure("wrong_issuer"),
  bad_signature: failure("bad_signature"),
  unknown_key: failure("unknown_key"),
  wrong_algorithm: failure("wrong_algorithm"),
  malformed: failure("malformed"),
  revoked: failure("revoked"),
  keys_unavailable: failure("keys_unavailable"),
};
