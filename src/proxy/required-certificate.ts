// Refuses who comes over TLS without a certificate that can be trusted, where all must have one.
import { WeirError } from "../core/errors.ts";
import { certificateFault, trustedIssuer } from "../identity/certificate.ts";
import type { Exchange } from "./exchange.ts";

/** @throws WeirError unauthenticated or invalid_credentials; the row says why. */
export function requireCertificate({ downstream, snapshot, record }: Exchange): void {
  const { tls } = downstream;
  if (!snapshot.requiresCertificate || tls === null) return;
  const certificate = tls.certificate();
  const headers = ["WWW-Authenticate", "ClientCertificate"];
  if (certificate === null) {
    throw new WeirError("unauthenticated", "authentication: no certificate", { headers });
  }
  const fault = certificateFault(certificate, Date.now());
  if (fault === "") return;
  record.authMethod = "certificate";
  record.authIssuer = trustedIssuer(certificate);
  record.authOutcome = fault;
  const why = `authentication: ${fault} (${certificate.reason || "since the handshake"})`;
  throw new WeirError("invalid_credentials", why, { headers });
}
