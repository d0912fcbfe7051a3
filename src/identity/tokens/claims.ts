// Claims of a verified token: time and audience checked (RFC 7519 section 4.1), then mapped to an identity.
import type { Identity } from "../../core/identity.ts";
import type { TokenOutcome } from "../authenticator.ts";
import type { ClaimOptions, TokenOptions } from "../options.ts";
import type { JsonObject } from "./json-object.ts";

/** What a token says once all of it holds. */
export interface VerifiedClaims {
  readonly identity: Identity;
  /** Wall time from which it does not hold any more, leeway included. */
  readonly untilMs: number;
  /** "": it has none, so it can't be revoked. */
  readonly jti: string;
}

/** Entra lists up to 200 groups. */
const MAX_ROLES = 256;
const MAX_TEXT = 1_024;
const SECOND_MS = 1_000;
/** No Date is later: an `exp` beyond it is a mistake, and would hold for ever. */
const LAST_S = 8.64e12;

/** A word for what is wrong. `exp` must be there: a token for ever can't be cached, nor forgotten. */
export function readClaims(
  claims: JsonObject,
  options: TokenOptions,
  nowMs: number,
): VerifiedClaims | TokenOutcome {
  const { exp, jti = "", cnf } = claims;
  if (!isTime(exp) || !isPlainText(jti)) return "malformed";
  const untilMs = exp * SECOND_MS + options.leeway_ms;
  if (nowMs >= untilMs) return "expired";
  const early = startFault(claims, nowMs + options.leeway_ms);
  if (early !== null) return early;
  // Bound to a key or a certificate (RFC 7800), it is worth nothing to who merely bears it.
  if (cnf !== undefined) return "not_bearer";
  if (!isForUs(claims, options)) return "wrong_audience";
  if (isElsewhere(claims, options.claims)) return "distributed_claims";
  const identity = identityOf(claims, options);
  return identity === null ? "malformed" : { identity, untilMs, jti };
}

function startFault({ nbf, iat }: JsonObject, nowMs: number): TokenOutcome | null {
  if (!isAbsentOrTime(nbf) || !isAbsentOrTime(iat)) return "malformed";
  return nbf !== undefined && nowMs < nbf * SECOND_MS ? "not_yet_valid" : null;
}

/** null where a claim that was asked for has a shape that has no one reading: no role, and no attribute, is dropped unseen. */
function identityOf(claims: JsonObject, options: TokenOptions): Identity | null {
  const { subject, roles, attributes } = options.claims;
  const name = claimAt(claims, subject);
  const held = roles === "" ? [] : rolesOf(claimAt(claims, roles));
  const facts = Object.entries(attributes).flatMap(([attribute, claim]) => {
    const value = claimAt(claims, claim);
    return value === undefined ? [] : [[attribute, factOf(value)] as const];
  });
  const isWhole = facts.every(([, fact]) => fact !== null);
  if (typeof name !== "string" || held === null || !isWhole) return null;
  return Object.freeze({
    subject: name,
    kind: "token",
    issuer: options.issuer,
    roles: held,
    attributes: Object.fromEntries(facts) as Record<string, string>,
  });
}

/** By its whole name, or else step by step, each the longest name that is there: realm_access.roles, https://a.example/app.roles. */
function claimAt(claims: JsonObject, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) {
    const name = path.slice(0, end);
    if (!Object.hasOwn(claims, name)) continue;
    const inner = claims[name];
    const isObject = typeof inner === "object" && inner !== null;
    return isObject ? claimAt(inner as JsonObject, path.slice(end + 1)) : undefined;
  }
  return undefined;
}

/** Whether the issuer keeps one of these where it has to be fetched (OpenID Connect Core section 5.6.2): it is not there, and not absent. */
function isElsewhere(claims: JsonObject, { subject, roles, attributes }: ClaimOptions): boolean {
  const { _claim_names: elsewhere } = claims;
  if (elsewhere === undefined) return false;
  const names = typeof elsewhere === "object" && elsewhere !== null ? elsewhere : {};
  const wanted = [subject, roles, ...Object.values(attributes)];
  return wanted.some((name) => !Object.hasOwn(claims, name) && Object.hasOwn(names, name));
}

/** A list, or words with blanks between them as in `scope` (RFC 8693 section 4.2). */
function rolesOf(claim: unknown): readonly string[] | null {
  if (claim === undefined) return [];
  const all: unknown = typeof claim === "string" ? claim.split(" ").filter(Boolean) : claim;
  if (!Array.isArray(all) || all.length > MAX_ROLES) return null;
  return all.every((role) => isPlainText(role) && role !== "") ? (all as string[]) : null;
}

function factOf(claim: unknown): string | null {
  if (typeof claim === "number" || typeof claim === "boolean") return String(claim);
  if (isPlainText(claim)) return claim;
  return Array.isArray(claim) && claim.every(isPlainText) ? claim.join(" ") : null;
}

function isPlainText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT && !/\p{Cc}/u.test(value);
}

function isForUs(claims: JsonObject, options: TokenOptions): boolean {
  const { audience: wanted } = options;
  if (wanted.length === 0) return true;
  const aud = claimAt(claims, options.claims.audience);
  if (typeof aud === "string") return wanted.includes(aud);
  return Array.isArray(aud) && wanted.some((each) => aud.includes(each));
}

/** NumericDate: a number, maybe with a fraction; nothing that only looks like one. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LAST_S;
}

function isAbsentOrTime(value: unknown): value is number | undefined {
  return value === undefined || isTime(value);
}
