// Keys that verify signatures, and which algorithms each may be used with (RFC 7517, RFC 7518, RFC 8037).
import {
  type AsymmetricKeyDetails,
  createPublicKey,
  createSecretKey,
  type KeyObject,
} from "node:crypto";

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;
const EDDSA = ["EdDSA", "Ed25519"] as const;

/** Of public keys: what a token signed by somebody else may name. */
export const PUBLIC_ALGORITHMS = ["ES256", "ES384", "ES512", ...EDDSA, ...RSA] as const;
/** Of secrets that signer and verifier share. */
export const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"] as const;

export type SignatureAlgorithm =
  | (typeof PUBLIC_ALGORITHMS)[number]
  | (typeof SECRET_ALGORITHMS)[number];

export interface VerificationKey {
  /** "": has no name, and is tried whatever name is asked for. */
  readonly kid: string;
  /** Never empty: a key of one type is never used with an algorithm of another. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly key: KeyObject;
}

export type ReadKeys =
  | { readonly ok: true; readonly keys: readonly VerificationKey[] }
  | { readonly ok: false; readonly fault: string };

const CURVES: Readonly<Record<string, readonly SignatureAlgorithm[]>> = {
  prime256v1: ["ES256"],
  secp384r1: ["ES384"],
  secp521r1: ["ES512"],
};
/** NIST SP 800-131A; jose takes no less. */
const MIN_RSA_BITS = 2_048;
/** Larger ones, or odd exponents, would make each verification slow. */
const MAX_RSA_BITS = 8_192;
const MAX_RSA_EXPONENT = 2n ** 32n;
const MAX_KEYS = 100;
const PEM = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

/** Public keys as PEM (keys or certificates, one or more), as a JWK or as a JWK set; strict: all must be usable. */
export function readPublicKeys(text: string): ReadKeys {
  const all = text.trimStart().startsWith("{") ? fromJson(text) : fromPem(text);
  if (typeof all === "string") return { ok: false, fault: all };
  const keys = all.filter((each) => typeof each !== "string");
  const fault = all.find((each) => typeof each === "string");
  return fault === undefined ? { ok: true, keys } : { ok: false, fault };
}

/** The usable keys of a JWK set that somebody else wrote: what is of no use here is left out (RFC 7517 section 5). */
export function readKeySet(text: string): ReadKeys {
  const all = fromJson(text);
  if (typeof all === "string") return { ok: false, fault: all };
  const keys = all.filter((each) => typeof each !== "string");
  return keys.length > 0 ? { ok: true, keys } : { ok: false, fault: "holds no usable public key" };
}

/** A shared secret with the algorithms it is long enough for (RFC 7518 section 3.2). */
export function secretKey(text: string): VerificationKey {
  const key = createSecretKey(text, "utf8");
  const bytes = key.symmetricKeySize ?? 0;
  const algorithms = SECRET_ALGORITHMS.filter((name) => bytes * 8 >= Number(name.slice(2)));
  return { kid: "", algorithms, key };
}

function fromPem(text: string): readonly (VerificationKey | string)[] | string {
  const blocks = [...text.matchAll(PEM)];
  if (blocks.length === 0) return "is neither PEM nor a JWK";
  if (blocks.length > MAX_KEYS) return `holds more than ${MAX_KEYS} keys`;
  return blocks.map(([block, label = ""]) => {
    if (label.includes("PRIVATE")) return PRIVATE;
    return usable("", () => createPublicKey(block));
  });
}

const PRIVATE = "holds a private key; give the public one";

type Jwk = Readonly<Record<string, unknown>>;

function fromJson(text: string): readonly (VerificationKey | string)[] | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return "is not well-formed JSON";
  }
  if (!isMapping(document)) return "is no JWK";
  const list = document["keys"] ?? [document];
  if (!Array.isArray(list)) return "is no JWK set";
  if (list.length > MAX_KEYS) return `holds more than ${MAX_KEYS} keys`;
  return list.map((each: unknown) => (isMapping(each) ? fromJwk(each) : "holds what is no JWK"));
}

function fromJwk(jwk: Jwk): VerificationKey | string {
  const { kid = "", alg, d } = jwk;
  if (d !== undefined) return PRIVATE;
  if (typeof kid !== "string") return "holds a key whose kid is no text";
  if (!isForSignatures(jwk)) return "holds a key that is not for signatures";
  const key = usable(kid, () => createPublicKey({ key: jwk, format: "jwk" }));
  if (typeof key === "string" || alg === undefined) return key;
  const algorithms = key.algorithms.filter((each) => each === alg);
  return algorithms.length > 0
    ? { ...key, algorithms }
    : "holds a key whose alg is not of its type";
}

function isForSignatures({ use = "sig", key_ops: operations = ["verify"] }: Jwk): boolean {
  return use === "sig" && Array.isArray(operations) && operations.includes("verify");
}

function usable(kid: string, read: () => KeyObject): VerificationKey | string {
  try {
    const key = read();
    const algorithms = algorithmsOf(key);
    if (algorithms.length > 0) return { kid, algorithms, key };
    return "holds a key of a type or size that is not supported";
  } catch {
    return "holds a key that can't be read";
  }
}

function algorithmsOf(key: KeyObject): readonly SignatureAlgorithm[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === "ed25519") return EDDSA;
  if (type === "ec") return CURVES[details.namedCurve ?? ""] ?? [];
  return type === "rsa" && isReasonable(details) ? RSA : [];
}

function isReasonable({ modulusLength = 0, publicExponent = 0n }: AsymmetricKeyDetails): boolean {
  const isSized = modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  return isSized && publicExponent > 2n && publicExponent <= MAX_RSA_EXPONENT;
}

function isMapping(value: unknown): value is Jwk {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
