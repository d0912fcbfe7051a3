// Verifies a JWT by its issuer's keys: which algorithms may be used is the config's say, never the token's.
import { compactVerify, errors } from "jose";
import { PUBLIC_ALGORITHMS, type SignatureAlgorithm } from "../../core/verification-key.ts";
import type { TokenOutcome } from "../authenticator.ts";
import type { TokenOptions } from "../options.ts";
import { readClaims, type VerifiedClaims } from "./claims.ts";
import type { JwtParts } from "./jwt-parts.ts";
import type { Keys, KeySource } from "./key-source.ts";

export interface TokenIssuer {
  readonly options: TokenOptions;
  readonly keys: KeySource;
}

/** JWTs typed for another use than access, such as logout+jwt (RFC 8725 section 3.11, RFC 9068 section 2.1). */
const OTHER_USE = /^(?!(?:application\/)?at\+jwt$).*\+(?:sd-)?jwt$/i;
/** Keys without names, and tokens that name none: so many are tried. */
const MAX_TRIED = 4;

/** The claims, or a word for what is wrong. Signatures are verified on the thread pool, so the loop goes on. */
export async function verifyJwt(
  token: string,
  parts: JwtParts,
  { issuer, nowMs }: { readonly issuer: TokenIssuer; readonly nowMs: () => number },
): Promise<VerifiedClaims | TokenOutcome> {
  const { options, keys } = issuer;
  if (OTHER_USE.test(parts.typ)) return "not_bearer";
  const algorithm = allowed(parts.alg, options);
  if (algorithm === null) return "wrong_algorithm";
  const named = await keysFor(parts, keys);
  if (typeof named === "string") return named;
  const fitting = named.filter(({ algorithms }) => algorithms.includes(algorithm));
  if (fitting.length === 0) return "wrong_algorithm";
  for (const { key } of fitting.slice(0, MAX_TRIED)) {
    const outcome = await trySignature(token, key, algorithm);
    // What was read is what was signed: it is the same text.
    if (outcome === "ok") return readClaims(parts.claims, options, nowMs());
    if (outcome !== "bad_signature") return outcome;
  }
  return "bad_signature";
}

/** Without a list: what its keys allow, which keeps public keys from being taken for secrets. */
function allowed(alg: string, { algorithms, secrets }: TokenOptions): SignatureAlgorithm | null {
  const list: readonly SignatureAlgorithm[] =
    algorithms.length > 0 ? algorithms : secrets.length > 0 ? ["HS256"] : PUBLIC_ALGORITHMS;
  return list.find((each) => each === alg) ?? null;
}

/** Whether nobody has to be asked for it. */
export function knowsKey(source: KeySource, { kid }: JwtParts): boolean {
  return named(source.current(), kid).length > 0;
}

async function keysFor({ kid }: JwtParts, source: KeySource): Promise<Keys | TokenOutcome> {
  const known = named(source.current(), kid);
  if (known.length > 0) return known;
  await source.refresh();
  const found = named(source.current(), kid);
  if (source.current() === null) return "keys_unavailable";
  return found.length > 0 ? found : "unknown_key";
}

function named(keys: Keys | null, kid: string | undefined): Keys {
  if (keys === null || kid === undefined) return keys ?? [];
  const same = keys.filter((key) => key.kid === kid);
  return same.length > 0 ? same : keys.filter((key) => key.kid === "");
}

async function trySignature(
  token: string,
  key: Keys[number]["key"],
  algorithm: SignatureAlgorithm,
): Promise<TokenOutcome | "ok"> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return "ok";
  } catch (thrown) {
    const isForged = thrown instanceof errors.JWSSignatureVerificationFailed;
    return isForged ? "bad_signature" : "malformed";
  }
}
