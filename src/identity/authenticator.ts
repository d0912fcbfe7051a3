// The contract of one way to prove who is calling; API keys, passwords; tokens, certificates later.
import type { HeaderList } from "../core/header-list.ts";
import type { Identity } from "../core/identity.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import type { AuthenticationMethod } from "./options.ts";

/** "ok", "none" (nothing presented), and one word for each way to fail; a column of the row. */
export type AuthOutcome =
  | "ok"
  | "none"
  | "invalid_key"
  | "repeated_key"
  | "repeated_authorization"
  | "malformed_password"
  | "unknown_user"
  | "wrong_password"
  | "reserved_subject"
  | CertificateOutcome
  | TokenOutcome
  /** There is a credential, but of none of the kinds that the route takes. */
  | "unknown_scheme"
  /** Not tried, since too many failed before. */
  | "too_many_failures"
  /** Not tried, since too many wait. */
  | "verifier_busy";

/** What can be wrong with a client's certificate; unnamed: it has no name of the kinds that are asked for. */
export type CertificateOutcome =
  | "expired_certificate"
  | "revoked_certificate"
  | "untrusted_certificate"
  | "unnamed_certificate";

/** What can be wrong with a token. */
export type TokenOutcome =
  | "expired"
  | "not_yet_valid"
  | "wrong_audience"
  | "wrong_issuer"
  | "bad_signature"
  | "unknown_key"
  | "wrong_algorithm"
  | "malformed"
  | "revoked"
  /** What introspection says of one. */
  | "inactive"
  /** For another use, such as a refresh, or bound to a key. */
  | "not_bearer"
  /** A claim that policies read has to be fetched elsewhere. */
  | "distributed_claims"
  | UnavailableOutcome;

/** Why it can't be said whether a token holds: nothing is wrong with it. */
export type UnavailableOutcome = "keys_unavailable" | "introspection_unavailable";

export interface AuthResult {
  readonly outcome: AuthOutcome;
  /** Whose credential was tried; "": none was there of a kind that the route takes. */
  readonly method: AuthenticationMethod | "";
  /** Who vouches for the caller, or where that failed, would have; "": nobody but weir, or not known. */
  readonly issuer: string;
  /** Anonymous unless the outcome is "ok". */
  readonly identity: Identity;
  /** It may go on: as somebody verified, or as nobody where the route says so. */
  readonly isAdmitted: boolean;
  /** For WWW-Authenticate on a 401 (RFC 9110 section 11.6.1), one a method; none where it may go on. */
  readonly challenges: readonly string[];
  /** Whole seconds until another try makes sense; 0: now. */
  readonly retryAfterS: number;
}

/** What is known of a caller besides the request's fields. */
export interface Caller {
  /** Of the client, behind trusted proxies. */
  readonly address: string;
  /** Of the connection; null: not encrypted. */
  readonly tls: TlsFacts | null;
}

export interface Authenticator {
  readonly method: AuthenticationMethod;
  /** Lower-case request fields that carry the credential; never forwarded. */
  readonly credentialHeaders: readonly string[];
  readonly challenge: string;
  /** null: no credential of this kind is there, so the next method is tried. */
  readonly authenticate: (
    headers: HeaderList,
    caller: Caller,
  ) => Verification | Promise<Verification> | null;
  /** It counts its failures by itself, before it tries; those of the others are counted for them. */
  readonly countsFailures?: true;
}

/** What one method found; `identity` only where it holds. */
export type Verification =
  | { readonly outcome: "ok"; readonly identity: Identity }
  | {
      readonly outcome: Exclude<AuthOutcome, "ok" | "none">;
      /** One that weir trusts, where the credential names it; never what anybody may write into one. */
      readonly issuer?: string;
      /** Instead of the method's own, where it says more of the failure. */
      readonly challenge?: string;
      readonly retryAfterS?: number;
    };
