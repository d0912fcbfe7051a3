// Who is calling, as far as it was verified; made only by identity/, read by policy, proxy and rows.

/** `asserted`: named by who asked for a decision about it, verified by nobody here. */
export type PrincipalKind = "anonymous" | "key" | "password" | "token" | "certificate" | "asserted";

export interface Identity {
  /** The verified name; empty for anonymous. */
  readonly subject: string;
  readonly kind: PrincipalKind;
  /** Who vouches for it: a token's issuer, a certificate's CA; empty where nobody but weir. */
  readonly issuer: string;
  readonly roles: readonly string[];
  /** Further verified facts (claims, SANs), readable by policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * What policies call a caller without credentials. A word rather than "", so that rules can name it;
 * identity/ verifies nobody by this name.
 */
export const ANONYMOUS_SUBJECT = "anonymous";

export const ANONYMOUS: Identity = {
  subject: "",
  kind: "anonymous",
  issuer: "",
  roles: [],
  attributes: {},
};
