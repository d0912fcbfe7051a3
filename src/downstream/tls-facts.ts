// What a client's TLS connection says of itself: read once, when first asked for.
import type {
  DetailedPeerCertificate,
  PeerCertificate as NodeCertificate,
  TLSSocket,
} from "node:tls";
import { messageOf } from "../core/errors.ts";
import { parseAltNames } from "../core/alt-names.ts";
import type { CertificateFault, PeerCertificate, TlsFacts } from "../core/peer-certificate.ts";

/** null where the connection is not encrypted. */
export function tlsFactsOf(socket: object): TlsFacts | null {
  return "getPeerCertificate" in socket ? factsOf(socket as TLSSocket) : null;
}

/** Without the socket they are of; for one that goes. */
export function settledFacts({ version, certificate }: TlsFacts): TlsFacts {
  const known = certificate();
  return known === null && version === NAMELESS.version
    ? NAMELESS
    : { version, certificate: () => known };
}

/** The same for all clients without a certificate. */
const NAMELESS: TlsFacts = { version: "1.3", certificate: () => null };

function factsOf(socket: TLSSocket): TlsFacts {
  let certificate: PeerCertificate | null | undefined;
  return {
    version: (socket.getProtocol() ?? "").replace("TLSv", ""),
    certificate: () => (certificate ??= readCertificate(socket)),
  };
}

/** A resumed connection has the certificate and the verdict of the first one. */
function readCertificate(socket: TLSSocket): PeerCertificate | null {
  // Node gives {} where there is none, and null once the socket is closed.
  const found = socket.getPeerCertificate(false) as DetailedPeerCertificate | null;
  if (found === null || Object.keys(found).length === 0) return null;
  const { authorized } = socket;
  const reason = authorized ? "" : codeOf(socket.authorizationError);
  const { dns, uris } = parseAltNames(found.subjectaltname ?? "");
  return {
    dns,
    uris,
    fault: authorized ? "" : faultOf(reason),
    reason,
    commonName: textOf(found.subject.CN),
    issuer: nameOf(found.issuer),
    fingerprint: found.fingerprint256.replaceAll(":", "").toLowerCase(),
    notAfterMs: Date.parse(found.valid_to),
  };
}

/** Node gives the word itself, whatever its types say. */
function codeOf(error: unknown): string {
  return typeof error === "string" ? error : messageOf(error);
}

function faultOf(reason: string): CertificateFault {
  if (reason === "CERT_HAS_EXPIRED") return "expired";
  return reason === "CERT_REVOKED" ? "revoked" : "untrusted";
}

function nameOf({ CN, OU, O }: NodeCertificate["issuer"]): string {
  return textOf(CN) || textOf(OU) || textOf(O);
}

/** A list where the name has several such parts: none of them is its one reading. */
function textOf(part: unknown): string {
  return typeof part === "string" ? part : "";
}
