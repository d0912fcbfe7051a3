// Why a TLS connection to an upstream did not come about, in words of the catalogue.
import { type ErrorCode, messageOf, WeirError } from "../core/errors.ts";

/** A verdict of OpenSSL's on a certificate: X509_V_ERR_ without that. */
const VERDICT = /^[A-Z][A-Z0-9_]+$/;
const OF_NODE = /^(?:ERR_|E[A-Z]+$)/;
/**
 * What a server says that could not take the client's certificate, or had no other way to agree
 * (RFC 8446 section 6.2). In TLS 1.3 it comes when the client is through with its handshake.
 */
const REFUSAL =
  /ALERT_(?:HANDSHAKE_FAILURE|NO_CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;
/** Node's word for a certificate that has another name. */
const MISMATCH = "ERR_TLS_CERT_ALTNAME_INVALID";
/** Said of a server that answers without TLS. */
const NOT_TLS = "ERR_SSL_WRONG_VERSION_NUMBER";

interface SocketFailure extends Error {
  readonly code?: string;
  readonly syscall?: string;
  /** OpenSSL's words. */
  readonly reason?: string;
}

/** Thrown into the connection by whoever looks at the certificate's names. */
export class WrongPeer extends Error {
  readonly code = MISMATCH;
}

/** null: nothing that TLS has to do with. `wasReady`: the handshake was over, as far as one knew. */
export function tlsFailure(wasReady: boolean, cause: SocketFailure | null): WeirError | null {
  if (wasReady) return isRefusal(cause) ? refused(whyOf(cause), cause) : null;
  if (cause !== null && isOfNetwork(cause)) return null;
  const code = cause?.code ?? "";
  const verdict = certificateCode(code);
  if (verdict === null) return refused(whyOf(cause), cause);
  const named = code === MISMATCH ? "" : `${code}: `;
  return new WeirError(verdict, `${named}${messageOf(cause)}`, { cause });
}

function isRefusal(cause: SocketFailure | null): boolean {
  return REFUSAL.test(cause?.code ?? "");
}

/** Before there was a connection: a name or an address, or several. */
function isOfNetwork(cause: SocketFailure): boolean {
  const { syscall = "read" } = cause;
  return cause instanceof AggregateError || (syscall !== "read" && syscall !== "write");
}

function whyOf(cause: SocketFailure | null): string {
  if (cause === null || cause.code === "ECONNRESET") return "connection closed";
  return cause.code === NOT_TLS ? "the endpoint speaks no TLS" : (cause.reason ?? messageOf(cause));
}

function refused(why: string, cause: Error | null): WeirError {
  return new WeirError("upstream_tls", `TLS handshake: ${why}`, { cause });
}

function certificateCode(code: string): ErrorCode | null {
  if (code === MISMATCH) return "upstream_certificate_mismatch";
  if (OF_NODE.test(code) || !VERDICT.test(code)) return null;
  if (code === "CERT_HAS_EXPIRED") return "upstream_certificate_expired";
  return code === "CERT_REVOKED"
    ? "upstream_certificate_revoked"
    : "upstream_certificate_untrusted";
}
