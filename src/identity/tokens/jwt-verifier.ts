// One issuer's JWTs, verified by its keys: a bounded number at a time, and those that wait for keys apart.
import type { TokenOptions } from "../options.ts";
import { createVerifications } from "../verifications.ts";
import type { KeySource } from "./key-source.ts";
import type { TokenVerdict, TokenVerifier } from "./token-verifier.ts";
import { knowsKey, verifyJwt } from "./verify-jwt.ts";

/** All threads share the four of the pool. */
const AT_A_TIME = 4;
/** Some tens of milliseconds, at 8 KB each. */
const MAX_WAITING = 256;
/** Whoever makes up key names must not hold up the tokens whose keys are known. */
const MAX_FOR_KEYS = 64;

/** @throws Error without an audience: all of the issuer's tokens would be for weir. */
export function createJwtVerifier(
  options: TokenOptions,
  keys: KeySource,
  nowMs: () => number,
): TokenVerifier {
  if (options.audience.length === 0) throw new Error("identity.tokens: an audience is missing");
  const known = createVerifications<TokenVerdict>({ atATime: AT_A_TIME, waiting: MAX_WAITING });
  const unknown = createVerifications<TokenVerdict>({ atATime: MAX_FOR_KEYS, waiting: 0 });
  return {
    options,
    keys: keys.current,
    verify(token, jwt) {
      const lane = knowsKey(keys, jwt) ? known : unknown;
      return lane(token, () => verifyJwt(token, jwt, { issuer: { options, keys }, nowMs }));
    },
  };
}
