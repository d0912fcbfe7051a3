// The contract of one way to prove who is calling; API keys now, passwords, tokens, certificates later.
import type { HeaderList } from "../core/header-list.ts";
import type { Identity } from "../core/identity.ts";
import type { AuthenticationMethod } from "./options.ts";

/** "ok", "none" (nothing presented), and one word for each way to fail; a column of the row. */
export type AuthOutcome =
  | "ok"
  | "none"
  | "invalid_key"
  | "repeated_key"
  | "reserved_subject"
  | TokenOutcome;

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
  | "keys_unavailable";

export interface AuthResult {
  readonly outcome: AuthOutcome;
  /** Anonymous unless the outcome is "ok". */
  readonly identity: Identity;
  /** For WWW-Authenticate on a 401 (RFC 9110 section 11.6.1); empty where the outcome is "ok". */
  readonly challenge: string;
}

export interface Authenticator {
  readonly method: AuthenticationMethod;
  /** Lower-case request fields that carry the credential; never forwarded. */
  readonly credentialHeaders: readonly string[];
  readonly challenge: string;
  /** null: no credential of this kind is there, so the next method is tried. */
  readonly authenticate: (headers: HeaderList) => Verification | Promise<Verification> | null;
}

/** What one method found; `identity` only where it holds. */
export type Verification =
  | { readonly outcome: "ok"; readonly identity: Identity }
  | {
      readonly outcome: Exclude<AuthOutcome, "ok" | "none">;
      /** Instead of the method's own, where it says more of the failure. */
      readonly challenge?: string;
    };
