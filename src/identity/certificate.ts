// Client certificates: who they say calls, once their chain was verified at the handshake.
import type { Identity } from "../core/identity.ts";
import type { PeerCertificate } from "../core/peer-certificate.ts";
import { isSpiffeId } from "../core/spiffe-id.ts";
import type { Authenticator, CertificateOutcome, Verification } from "./authenticator.ts";
import type { CertificateOptions, SubjectSource } from "./options.ts";

/** "": it can be trusted. What was sound at the handshake may have expired since, on a connection that is kept. */
export function certificateFault(
  certificate: PeerCertificate,
  nowMs: number,
): Exclude<CertificateOutcome, "unnamed_certificate"> | "" {
  if (certificate.fault !== "") return `${certificate.fault}_certificate`;
  return certificate.notAfterMs > nowMs ? "" : "expired_certificate";
}

/** "" for an authority that isn't trusted here: anybody may call theirs anything. */
export function trustedIssuer({ fault, issuer }: PeerCertificate): string {
  return fault === "untrusted" ? "" : issuer;
}

export function createCertificateAuthenticator(
  { subject: sources }: CertificateOptions,
  wallMs: () => number,
): Authenticator {
  const named = new WeakMap<PeerCertificate, Verification>();
  return {
    method: "certificate",
    credentialHeaders: [],
    challenge: "ClientCertificate",
    authenticate(_, { tls }) {
      const certificate = tls?.certificate() ?? null;
      if (certificate === null) return null;
      const fault = certificateFault(certificate, wallMs());
      if (fault !== "") return { outcome: fault, issuer: trustedIssuer(certificate) };
      const known = named.get(certificate) ?? nameOf(certificate, sources);
      named.set(certificate, known);
      return known;
    },
  };
}

function nameOf(certificate: PeerCertificate, sources: readonly SubjectSource[]): Verification {
  for (const source of sources) {
    const subject = SUBJECTS[source](certificate);
    if (subject !== "") return { outcome: "ok", identity: identityOf(subject, certificate) };
  }
  return { outcome: "unnamed_certificate", issuer: certificate.issuer };
}

function identityOf(subject: string, { issuer, fingerprint }: PeerCertificate): Identity {
  const attributes = { fingerprint };
  return Object.freeze({ subject, kind: "certificate", issuer, roles: [], attributes });
}

const SPIFFE_SCHEME = /^spiffe:/i;

/** Empty where the certificate has no such name, or several: none of them would be its one reading. */
const SUBJECTS: Readonly<Record<SubjectSource, (certificate: PeerCertificate) => string>> = {
  /** One URI and no other (SPIFFE X509-SVID section 2). */
  spiffe: ({ uris }) => only(uris.length === 1 ? uris.filter(isSpiffeId) : []),
  /** What is no SPIFFE ID in the end was not meant to be something else. */
  uri: ({ uris }) =>
    only(uris.some((uri) => SPIFFE_SCHEME.test(uri) && !isSpiffeId(uri)) ? [] : uris),
  dns: ({ dns }) => only(dns),
  cn: ({ commonName }) => commonName,
};

function only(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : "";
}
