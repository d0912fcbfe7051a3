// Takes a JWT apart, before anything in it is believed (RFC 7515 section 3.1, RFC 7519 section 3).
import { type JsonObject, readJsonObject } from "./json-object.ts";

/** Nothing of it is verified. */
export interface JwtParts {
  readonly alg: string;
  /** undefined: it names no key. */
  readonly kid: string | undefined;
  /** What it is for; "": it does not say. */
  readonly typ: string;
  readonly claims: JsonObject;
}

const MAX_KID_CHARS = 256;
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * null for all that is no signed JWT of the plain kind: JWE, nested, with `crit` (so also b64: false),
 * with a name twice, not in the alphabet, or with bits to spare that are set: one token has one spelling. Keys and addresses in the header (jwk, jku, x5c, x5u)
 * are never looked at.
 */
export function readJwtParts(token: string): JwtParts | null {
  if (!SIGNED.test(token)) return null;
  const parts = token.split(".");
  if (!parts.every(isCanonical)) return null;
  const [head = "", body = ""] = parts;
  const header = readHeader(decode(head));
  const claims = decode(body);
  return header === null || claims === null ? null : { ...header, claims };
}

function readHeader(header: JsonObject | null): Omit<JwtParts, "claims"> | null {
  if (header === null || REFUSED.some((name) => name in header)) return null;
  const { alg, kid, typ = "" } = header;
  if (typeof alg !== "string" || typeof typ !== "string" || !isKeyName(kid)) return null;
  return { alg, kid, typ };
}

/** Whatever comes apart as a JWT or a JWE does, and begins as a JSON object does in base64url. */
export function isJwtShaped(token: string): boolean {
  return /^ey[^.]*\.[^.]+\.[^.]*(?:\.[^.]*\.[^.]*)?$/.test(token);
}

/** What must be understood, an unencoded payload, encryption, a token within the token. */
const REFUSED = ["crit", "b64", "enc", "zip", "cty"] as const;

/** RFC 4648 section 3.5 */
function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function isKeyName(kid: unknown): kid is string | undefined {
  return kid === undefined || (typeof kid === "string" && kid.length <= MAX_KID_CHARS);
}

function decode(part: string): JsonObject | null {
  try {
    return readJsonObject(UTF8.decode(Buffer.from(part, "base64url")));
  } catch {
    return null;
  }
}
