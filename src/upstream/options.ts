// How an endpoint is reached over TLS: what the config says, and what is read of the files it names.

/** Paths are absolute, and empty where there is none. */
export interface UpstreamTlsOptions {
  /** Who vouches for the endpoints, and nobody else; empty: whom Node trusts. */
  readonly ca: string;
  /** What those revoked. */
  readonly crl: string;
  /** weir's own certificate, for endpoints that ask for one. */
  readonly cert: string;
  readonly key: string;
  /** Instead of the URL's host: what is asked for (SNI) and must be in the certificate. */
  readonly server_name: string;
  /** A SPIFFE ID that the certificate must have instead of a name. */
  readonly server_id: string;
  readonly min_version: "1.2" | "1.3";
}

/** Plain data, PEM instead of paths: it goes from the main thread to the workers. Secret. */
export interface UpstreamTls {
  readonly ca: string;
  /** Lists of what is revoked; none: nothing is. */
  readonly crls: readonly string[];
  readonly cert: string;
  readonly key: string;
  readonly serverName: string;
  readonly serverId: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Changes with any of these. */
  readonly revision: string;
}
