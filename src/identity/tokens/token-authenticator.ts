// The method "jwt": bearer tokens, verified once and remembered until they expire or are revoked.
import type { Clock } from "../../core/clock.ts";
import type { Authenticator, Verification } from "../authenticator.ts";
import type { FailureLimits } from "../failure-limits.ts";
import { BEARER_CHALLENGE, BEARER_HEADER, MAX_TOKEN_CHARS, presentedToken } from "./bearer.ts";
import { isJwtShaped, readJwtParts } from "./jwt-parts.ts";
import { type RevokedTokens, revocationName } from "./revoked-tokens.ts";
import { type RememberedToken, TokenCache } from "./token-cache.ts";
import {
  BUSY,
  FAILURES,
  type OpaqueVerifier,
  type TokenVerdict,
  type TokenVerifier,
} from "./token-verifier.ts";

export interface TokenAuthenticatorParts {
  readonly issuers: readonly TokenVerifier[];
  /** One of them: a token that is no JWT names no issuer, so only one can be asked. */
  readonly opaque: OpaqueVerifier | null;
  readonly revoked: RevokedTokens;
  readonly clock: Clock;
}

/** Where failures are counted: a source with too many of them is refused before anything is verified. */
export type SourceFailures = Pick<FailureLimits, "wait">;

/** Remembers as long as it lives; `failures` may change with each config. */
export function createTokenAuthenticator(
  parts: TokenAuthenticatorParts,
): (failures: SourceFailures) => Authenticator {
  const tokens = new Tokens(parts);
  return (failures) => ({
    method: "jwt",
    credentialHeaders: [BEARER_HEADER],
    challenge: BEARER_CHALLENGE,
    authenticate: (headers, { address }) => {
      const presented = presentedToken(headers);
      if (presented === null) return null;
      const known = tokens.known(presented);
      if (known !== null) return known;
      const retryAfterS = failures.wait(address);
      if (retryAfterS > 0) return { outcome: "too_many_failures", retryAfterS };
      return tokens.verify(presented);
    },
  });
}

/** RFC 6750 section 2.1 */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

class Tokens {
  readonly #issuers: ReadonlyMap<unknown, TokenVerifier>;
  readonly #opaque: OpaqueVerifier | null;
  readonly #revoked: RevokedTokens;
  readonly #nowMs: () => number;
  readonly #cache = new TokenCache();

  constructor({ issuers, opaque, revoked, clock }: TokenAuthenticatorParts) {
    this.#issuers = new Map(issuers.map((each) => [each.options.issuer, each]));
    this.#opaque = opaque;
    this.#revoked = revoked;
    this.#nowMs = clock.wallMs;
  }

  known(token: string): Verification | null {
    const remembered = this.#cache.get(token, this.#nowMs());
    return remembered === null ? null : this.#unlessRevoked(remembered);
  }

  verify(token: string): Verification | Promise<Verification> {
    if (token.length > MAX_TOKEN_CHARS) return FAILURES.malformed;
    const jwt = readJwtParts(token);
    if (jwt === null) return this.#verifyOpaque(token);
    const issuer = this.#issuers.get(jwt.claims["iss"]);
    if (issuer === undefined) return FAILURES.wrong_issuer;
    return this.#concluded(token, issuer, issuer.verify(token, jwt));
  }

  /** A broken JWT is somebody's all the same: it goes to nobody. */
  #verifyOpaque(token: string): Verification | Promise<Verification> {
    const issuer = this.#opaque;
    const isOpaque = BEARER_TOKEN.test(token) && !isJwtShaped(token);
    if (issuer === null || !isOpaque) return FAILURES.malformed;
    return this.#concluded(token, issuer, issuer.verify(token));
  }

  #concluded(
    token: string,
    issuer: TokenVerifier,
    verifying: Promise<TokenVerdict> | null,
  ): Verification | Promise<Verification> {
    const { keys, options } = issuer;
    if (verifying === null) return { ...BUSY, issuer: options.issuer };
    // Those of now: if they change meanwhile, the token is verified once more.
    const verifiedBy = keys();
    return verifying.then((found) => {
      if (typeof found === "string") return { ...FAILURES[found], issuer: options.issuer };
      const { identity, untilMs, jti } = found;
      const revocation = revocationName(options.issuer, jti);
      const verification = { outcome: "ok", identity } as const;
      const remembered = { verification, untilMs, revocation, keys, verifiedBy };
      this.#cache.set(token, remembered);
      return this.#unlessRevoked(remembered);
    });
  }

  /** Asked again for each request, so that a revocation takes effect at once. */
  #unlessRevoked({ verification, revocation }: RememberedToken): Verification {
    if (!this.#revoked.has(revocation)) return verification;
    return { ...FAILURES.revoked, issuer: verification.identity.issuer };
  }
}
