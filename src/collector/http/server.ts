// The collector's HTTP server: bounded in time, in size and in connections.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { isLoopback } from "../../core/loopback.ts";
import { createServer } from "../../core/node-http.ts";
import { createAdmission } from "../../downstream/admission.ts";
import type { CollectorOptions } from "../options.ts";

export interface CollectorServer {
  readonly port: number;
  /** Requests in flight may end. */
  readonly close: () => Promise<void>;
}

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Metrics come once a minute. */
  keepAliveTimeout: 75_000,
} as const;
const MAX_CONNECTIONS = 1_024;
/** A quarter: nobody alone keeps all others out. */
const SOURCE_CONNECTIONS = 256;
const GRACE_MS = 2_000;

/** Rejects where the address can't be listened on. */
export async function openServer(
  { host, port }: CollectorOptions["listen"],
  listener: RequestListener,
): Promise<CollectorServer> {
  const server = createServer(LIMITS, listener);
  const admit = createAdmission({
    sourceConnections: SOURCE_CONNECTIONS,
    // A proxy here brings the senders of many.
    isProxy: isLoopback,
    turnedAway: () => undefined,
  });
  server.maxConnections = MAX_CONNECTIONS;
  // Before Node does anything with a connection.
  server.prependListener("connection", (socket: Socket) => void admit(socket));
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
