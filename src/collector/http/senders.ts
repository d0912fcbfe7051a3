// Who may send: whoever has a key, or a certificate of authorities that are trusted here; everybody where neither is asked for.
import type { IncomingMessage } from "node:http";
import { HeaderList } from "../../core/header-list.ts";
import type { TlsFacts } from "../../core/peer-certificate.ts";
import { createKeyAuthenticator } from "../../identity/api-key.ts";

export type IsSender = (request: IncomingMessage) => boolean;

export interface Senders {
  /** Of which one is enough. */
  readonly keys: readonly string[];
  /** Whether clients are asked for certificates. */
  readonly byCertificate: boolean;
  /** null: not encrypted. */
  readonly tlsOf: (request: IncomingMessage) => TlsFacts | null;
}

export function createSenders({ keys, byCertificate, tlsOf }: Senders): IsSender {
  if (keys.length === 0 && !byCertificate) return () => true;
  // Whose key it is makes no difference to what is taken.
  const known = keys.map((key) => ({ key, subject: "sender", roles: [], attributes: {} }));
  const authenticator = createKeyAuthenticator(known);
  const hasKey = ({ rawHeaders }: IncomingMessage): boolean => {
    const given = new HeaderList(rawHeaders);
    const verified = authenticator.authenticate(given, { address: "", tls: null });
    return verified !== null && "outcome" in verified && verified.outcome === "ok";
  };
  const hasCertificate = (request: IncomingMessage): boolean => {
    const certificate = tlsOf(request)?.certificate() ?? null;
    return certificate !== null && certificate.fault === "" && certificate.notAfterMs > Date.now();
  };
  return (request) => hasKey(request) || (byCertificate && hasCertificate(request));
}
