// What the other end of a TLS connection proved to be, and by which version of TLS.
import type { AltNames } from "./alt-names.ts";

/** "": the chain was verified up to an authority that is trusted here. */
export type CertificateFault = "" | "expired" | "revoked" | "untrusted";

export interface PeerCertificate extends Pick<AltNames, "dns" | "uris"> {
  readonly fault: CertificateFault;
  /** OpenSSL's word for the fault, such as CERT_HAS_EXPIRED; empty without one. */
  readonly reason: string;
  /** Empty where there is none, or several. */
  readonly commonName: string;
  /** The authority's common name, or what else it is called. */
  readonly issuer: string;
  /** SHA-256 of the certificate, as hex in lower case. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
}

export interface TlsFacts {
  /** "1.2" or "1.3". */
  readonly version: string;
  /** What the client presented, if it was asked to; null: nothing. */
  readonly certificate: () => PeerCertificate | null;
}
