// Claims of a verified token: time and audience checked (RFC 7519 section 4.1), then mapped to an identity.
import type { Identity } from "../../core/identity.ts";
import type { TokenOutcome } from "../authenticator.ts";
import type { TokenOptions } from "../options.ts";
import type { JsonObject } from "./json-object.ts";

/** What a token says once all of it holds. */
export interface VerifiedClaims {
  readonly identity: Identity;
  /** Wall time from which it does not hold any more, leeway included. */
  readonly untilMs: number;
  /** "": it has none, so it can't be revoked. */
  readonly jti: string;
}

const MAX_ROLES = 64;
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
  const { exp, jti = "" } = claims;
  if (!isTime(exp) || !isPlainText(jti)) return "malformed";
  const untilMs = exp * SECOND_MS + options.leeway_ms;
  if (nowMs >= untilMs) return "expired";
  const early = startFault(claims, nowMs + options.leeway_ms);
  if (early !== null) return early;
  const { audience } = options;
  if (audience.length > 0 && !isFor(claims["aud"], audience)) return "wrong_audience";
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

/** By its whole name, or else step by step: realm_access.roles. */
function claimAt(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const step of name.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as JsonObject)[step];
  }
  return at;
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

function isFor(aud: unknown, wanted: readonly string[]): boolean {
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
