// What the config says about identity.
import type { SignatureAlgorithm } from "../core/verification-key.ts";

export interface KeyOptions {
  /** The secret; only ever from env, file or exec reference in real configs. */
  readonly key: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** A token holds for no longer after its time is over, whatever the config says. */
export const MAX_LEEWAY_MS = 600_000;

/** One issuer of tokens; its keys are those given here, or those it publishes. */
export interface TokenOptions {
  /** Exactly the claim `iss`. */
  readonly issuer: string;
  /** One of them must be in the claim `aud`; empty, with introspection alone: it says of no others that they hold. */
  readonly audience: readonly string[];
  /** Where the JWK set is; "": not fetched from an address that the config names. */
  readonly jwks_url: string;
  /** Whether the issuer is asked where its JWK set is. */
  readonly discovery: boolean;
  /** Public keys: PEM, JWK or JWK set. */
  readonly keys: readonly string[];
  /** Shared secrets. */
  readonly secrets: readonly string[];
  /** Empty: all that fit the keys; of secrets HS256 alone. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** null: its tokens are verified here. */
  readonly introspection: IntrospectionOptions | null;
  readonly leeway_ms: number;
  readonly claims: ClaimOptions;
}

/** Where an issuer is asked about each of its tokens (RFC 7662). */
export interface IntrospectionOptions {
  readonly url: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** How long an answer is believed at most; 0: each request asks. */
  readonly cache_ms: number;
}

/** Names of claims, or paths such as realm_access.roles. */
export interface ClaimOptions {
  readonly subject: string;
  /** Whom the token is for: `aud`, or where that says nothing of it `azp` or `client_id`. */
  readonly audience: string;
  /** "": tokens carry no roles. */
  readonly roles: string;
  /** Attribute by claim. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where a certificate says who has it: SPIFFE ID, DNS name or URI among its alternative names, common name. */
export const SUBJECT_SOURCES = ["spiffe", "dns", "uri", "cn"] as const;

export type SubjectSource = (typeof SUBJECT_SOURCES)[number];

export interface CertificateOptions {
  /** Tried in order. */
  readonly subject: readonly SubjectSource[];
}

export interface IdentityOptions {
  readonly keys: readonly KeyOptions[];
  readonly tokens: readonly TokenOptions[];
  readonly certificates: CertificateOptions;
  /** null: nobody is known by a password. */
  readonly users: UsersOptions | null;
  readonly failures: FailureOptions;
  /** Request fields (lower case) that only weir may set; removed from what clients send. */
  readonly headers: IdentityHeaderOptions;
}

/** Names of the fields that tell the upstream who was verified; empty string: not sent. */
export interface IdentityHeaderOptions {
  readonly subject: string;
  readonly roles: string;
}

/** A file of users and hashes of their passwords. */
export interface UsersOptions {
  /** Absolute. */
  readonly file: string;
  /** What a browser says the password is for. */
  readonly realm: string;
}

/** How many failures to authenticate are answered in a minute, and at once; 0: all. */
export interface FailureOptions {
  readonly per_source_per_minute: number;
  /** From one source; from all together ten times as many. */
  readonly per_subject_per_minute: number;
}

/** "anonymous" is none, and asks for nothing. */
export type AuthenticationMethod = "key" | "jwt" | "basic" | "certificate" | "anonymous";
