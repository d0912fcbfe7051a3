// What the config says about identity.

export interface KeyOptions {
  /** The secret; only ever from env, file or exec reference in real configs. */
  readonly key: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

export interface IdentityOptions {
  readonly keys: readonly KeyOptions[];
  /** Request fields (lower case) that only weir may set; removed from what clients send. */
  readonly headers: IdentityHeaderOptions;
}

/** Names of the fields that tell the upstream who was verified; empty string: not sent. */
export interface IdentityHeaderOptions {
  readonly subject: string;
  readonly roles: string;
}

export type AuthenticationMethod = "key";
