// What TLS in front is made of: certificates, keys and who vouches for clients.

/** A certificate with its chain and its key, both in PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  /** DNS names in lower case, wildcards as "*.example.org". */
  readonly names: readonly string[];
  /** "ec", "rsa", ...: OpenSSL holds one of each. */
  readonly keyType: string;
}

/** Plain data: it goes from the main thread to the workers. Secret. */
export interface ServerTls {
  /** The first is shown to those who ask for no name, or for an unknown one. */
  readonly pairs: readonly CertificatePair[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** A ticket carries the verdict on a client's certificate, so it outlives neither its listener nor what that rests on. */
  readonly ticketScope: string;
  /** null: clients are not asked for certificates. */
  readonly clients: ClientTrust | null;
}

/** Who vouches for clients, in PEM. */
export interface ClientTrust {
  readonly ca: string;
  /** Lists of what is revoked; none: nothing is. */
  readonly crls: readonly string[];
  /** Changes with either of them. */
  readonly revision: string;
}
