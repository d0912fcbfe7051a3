// The collector's HTTP server: bounded in time, in size and in connections.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
} from "../../downstream/http-server.ts";
import type { CollectorOptions } from "../options.ts";

export interface CollectorServer extends Pick<HttpServer, "tlsOf" | "renew"> {
  readonly port: number;
  /** Requests in flight may end. */
  readonly close: () => Promise<void>;
}

export interface CollectorServerParts extends Pick<
  HttpServerOptions,
  "tls" | "ticketSecrets" | "handshakeFailed"
> {
  readonly listen: CollectorOptions["listen"];
}

const LIMITS = {
  http: {
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    /** Metrics come once a minute. */
    keepAliveTimeout: 75_000,
  },
  connections: 1_024,
  /** A quarter: nobody alone keeps all others out. */
  sourceConnections: 256,
} as const;
const GRACE_MS = 2_000;

/** Rejects where the address can't be listened on. */
export async function openServer(
  { listen, ...parts }: CollectorServerParts,
  listener: RequestListener,
): Promise<CollectorServer> {
  const options = { ...parts, limits: LIMITS, turnedAway: () => undefined };
  const { server, tlsOf, renew } = createHttpServer(options, listener);
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    tlsOf,
    renew,
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
