// What every TLS server of weir has alike: its options, how a failed handshake ends, and which connection is which.
import type { Socket } from "node:net";
import type { Server, TlsOptions } from "node:tls";
import type { CertificatePair, ServerTls } from "./options.ts";
import { contextOptions } from "./server-tls.ts";

/** `handshakeMs`: for a whole handshake. */
export function serverOptions(
  tls: ServerTls,
  pairs: readonly CertificatePair[],
  handshakeMs: number,
): TlsOptions {
  return {
    ...contextOptions(tls, pairs),
    handshakeTimeout: handshakeMs,
    ALPNCallback: chooseProtocol,
    requestCert: tls.clients !== null,
    // What is wrong with a certificate is said in a reply, and written into the row.
    rejectUnauthorized: false,
  };
}

const PROTOCOLS = ["http/1.1", "http/1.0"];

/** A list instead would be copied for each connection, and keep the 64 KiB that Node cuts such copies from. */
function chooseProtocol({ protocols }: { protocols: string[] }): string | undefined {
  return PROTOCOLS.find((one) => protocols.includes(one));
}

/** Tells of handshakes that come to nothing, for a reason in OpenSSL's words or Node's code, and from where. */
export function endFailedHandshakes(
  server: Pick<Server, "on">,
  failed: (reason: string, address: string) => void,
): void {
  // Node leaves it to this listener to end what ran out of time.
  server.on("tlsClientError", (error, socket) => {
    const { code = "", reason = code } = error as NodeJS.ErrnoException & { reason?: string };
    failed(reason, socket.remoteAddress ?? "");
    socket.destroy();
  });
}

/** Node hands a connection out under another socket once it is secure. */
export function connectionKey({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
