// The listener: sockets, limits, drain; turns what node:http parsed into an Exchange for the handler.
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenAddress } from "../config/config.ts";
import type { Exchange, UpgradeParts } from "./exchange.ts";
import { type MalformedParts, refuseMalformed } from "./malformed.ts";
import type { Handler } from "./handler.ts";
import type { LimitOptions } from "./options.ts";

/** How a request arrived. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upgrade: UpgradeParts | null;
  readonly expectsContinue: boolean;
}

export interface ListenerParts extends MalformedParts {
  readonly limits: LimitOptions;
  readonly handler: Handler;
  readonly open: (arrival: Arrival) => Exchange;
}

export interface Listener {
  /** Resolves to the port in use. */
  readonly listen: (address: ListenAddress, reusePort: boolean) => Promise<number>;
  /** No new connections; requests in flight may go on for so long, then they are cut off. */
  readonly drain: (graceMs: number) => Promise<void>;
}

const NO_UPGRADE = null;

export function createListener(parts: ListenerParts): Listener {
  const server = createServer(serverOptions(parts.limits));
  server.maxHeadersCount = 0; // node drops what is above the count without a word; route checks instead
  server.maxConnections = parts.limits.connections;
  server.timeout = 0;
  const handle = (arrival: Arrival): void => void parts.handler(parts.open(arrival));
  server.on("request", (request, response) =>
    handle({ request, response, upgrade: NO_UPGRADE, expectsContinue: false }),
  );
  server.on("checkContinue", (request, response) =>
    handle({ request, response, upgrade: NO_UPGRADE, expectsContinue: true }),
  );
  server.on("checkExpectation", (request, response) =>
    handle({ request, response, upgrade: NO_UPGRADE, expectsContinue: false }),
  );
  server.on("connect", (request, socket) => handle(rawArrival(request, socket, null)));
  server.on("upgrade", (request, socket, leftover) =>
    handle(rawArrival(request, socket, { protocol: "websocket", leftover })),
  );
  server.on("clientError", (error, socket) => refuseMalformed(error, socket, parts));
  return {
    listen: (address, reusePort) => listen(server, address, reusePort),
    drain: drainer(server),
  };
}

function serverOptions(limits: LimitOptions): Parameters<typeof createServer>[0] & object {
  return {
    maxHeaderSize: limits.header_bytes,
    headersTimeout: limits.head_ms,
    requestTimeout: 0, // uploads may take long; silence is bounded by the idle timeout
    keepAliveTimeout: limits.keep_alive_ms,
    connectionsCheckingInterval: 1_000,
    requireHostHeader: false, // route refuses it, with a code and a row
    insecureHTTPParser: false,
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket",
  };
}

/** CONNECT and upgrades come with a bare socket: an ordinary reply can still be written to it. */
function rawArrival(
  request: IncomingMessage,
  socket: Duplex,
  upgrade: UpgradeParts | null,
): Arrival {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.on("finish", () => {
    response.detachSocket(request.socket);
    request.socket.destroySoon();
  });
  socket.on("error", () => socket.destroy());
  return { request, response, upgrade, expectsContinue: false };
}

function listen(server: Server, address: ListenAddress, reusePort: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...address, reusePort }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function drainer(server: Server): (graceMs: number) => Promise<void> {
  return (graceMs) =>
    new Promise((resolve) => {
      const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(cutOff);
        resolve();
      });
      server.closeIdleConnections();
    });
}
