// The listener: sockets, limits, drain; turns what node:http parsed into an Exchange for the handler.
import {
  createServer,
  type IncomingMessage as Request,
  type Server,
  ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenAddress } from "../config/config.ts";
import { messageOf, WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Exchange, UpgradeParts } from "./exchange.ts";
import {
  codeOf,
  isGone,
  type MalformedParts,
  type ParserError,
  refuseMalformed,
} from "./malformed.ts";
import type { Handler } from "./handler.ts";
import type { LimitOptions } from "./options.ts";

/** How a request arrived. */
export interface Arrival {
  readonly request: Request;
  readonly response: ServerResponse;
  readonly upgrade: UpgradeParts | null;
  readonly expectsContinue: boolean;
  /** The request target as the client sent it, where something before weir changed `request.url`. */
  readonly target?: string;
}

export interface ListenerParts extends MalformedParts {
  readonly limits: LimitOptions;
  readonly log: Log;
  readonly handler: Handler;
  readonly open: (arrival: Arrival) => Exchange;
}

export interface Listener {
  /** Resolves to the port in use. */
  readonly listen: (address: ListenAddress, reusePort: boolean) => Promise<number>;
  /** No new connections; requests in flight may go on for so long, then they are cut off. */
  readonly drain: (graceMs: number) => Promise<void>;
}

const SWEEP_MS = 50;

/** One connection: requests on it are taken one after the other, in their order. */
interface Client {
  latest: Exchange | null;
  readonly waiting: (() => void)[];
}

type Clients = Map<Duplex, Client>;

export function createListener(parts: ListenerParts): Listener {
  const server = createHttpServer(parts.limits);
  const clients: Clients = new Map();
  let draining = false;
  const handle = (client: Client, arrival: Arrival): void => {
    if (draining) arrival.response.shouldKeepAlive = false;
    const exchange = parts.open(arrival);
    client.latest = exchange;
    parts.handler(exchange).then(undefined, (thrown: unknown) => {
      parts.log.error("handler_failed", { cause: messageOf(thrown) });
      arrival.request.socket.destroy();
    });
  };
  const handlePlain = (expectsContinue: boolean) => (request: Request, response: ServerResponse) =>
    inTurn(clients, request.socket, (client) =>
      handle(client, { request, response, upgrade: null, expectsContinue }),
    );
  const handleRaw = (request: Request, upgrade: UpgradeParts | null): void =>
    inTurn(clients, request.socket, (client) => handle(client, rawArrival(request, upgrade)));
  server.on("connection", (socket: Duplex) => {
    clients.set(socket, { latest: null, waiting: [] });
    socket.on("close", () => clients.delete(socket));
  });
  server.on("request", handlePlain(false));
  server.on("checkContinue", handlePlain(true));
  server.on("checkExpectation", handlePlain(false));
  server.on("connect", (request) => handleRaw(request, null));
  server.on("upgrade", (request, _, leftover) =>
    handleRaw(request, { protocol: "websocket", leftover }),
  );
  server.on("clientError", createClientError(clients, parts));
  return {
    listen: (address, reusePort) => listen(server, address, reusePort),
    drain(graceMs) {
      draining = true;
      return drain(server, clients, graceMs);
    },
  };
}

/**
 * Pipelined requests wait for the reply before theirs: one that ends the connection ends them too,
 * so that bytes behind a message of doubtful framing are never acted on.
 */
function inTurn(clients: Clients, socket: Duplex, next: (client: Client) => void): void {
  const client = clients.get(socket);
  if (client === undefined) return;
  const { latest, waiting } = client;
  if (latest === null || (latest.response.writableFinished && waiting.length === 0)) {
    next(client);
    return;
  }
  waiting.push(() => next(client));
  if (waiting.length === 1) awaitTurn(client, socket);
}

function awaitTurn(client: Client, socket: Duplex): void {
  const response = client.latest?.response;
  response?.once("close", () => {
    if (socket.destroyed || !response.shouldKeepAlive) return;
    client.waiting.shift()?.();
    if (client.waiting.length > 0) awaitTurn(client, socket);
  });
}

/** What can't be parsed is the rest of a request under way, or takes the place of the next one. */
function createClientError(
  clients: Clients,
  parts: ListenerParts,
): (error: ParserError, socket: Duplex) => void {
  const refused = new WeakSet<Duplex>();
  return (error, socket) => {
    if (refused.has(socket)) return;
    refused.add(socket);
    const client = clients.get(socket);
    const latest = client?.latest ?? null;
    if (isGone(error, socket)) socket.destroy();
    else if (latest === null || latest.request.complete || client?.waiting.length !== 0) {
      inTurn(clients, socket, () => refuseMalformed(error, socket, parts));
    } else {
      const left = error.code === "HPE_INVALID_EOF_STATE";
      latest.breakOff(new WeirError(left ? "client_closed" : codeOf(error), error.code));
    }
  };
}

function createHttpServer(limits: LimitOptions): Server {
  const server = createServer(serverOptions(limits));
  server.maxHeadersCount = 0; // node drops what is above the count without a word; route checks instead
  server.maxConnections = limits.connections;
  server.timeout = 0;
  return server;
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
    shouldUpgradeCallback: isWebSocket,
  };
}

/** RFC 6455 section 4.1; whatever else asks for an upgrade is answered as if it had not. */
function isWebSocket({ headers, httpVersion, method }: Request): boolean {
  return (
    headers.upgrade?.toLowerCase() === "websocket" &&
    method === "GET" &&
    httpVersion === "1.1" &&
    headers["content-length"] === undefined &&
    headers["transfer-encoding"] === undefined
  );
}

/** CONNECT and upgrades come with a bare socket: an ordinary reply can still be written to it. */
function rawArrival(request: Request, upgrade: UpgradeParts | null): Arrival {
  const { socket } = request;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  const drained = (): boolean => response.emit("drain");
  socket.on("drain", drained);
  socket.on("error", () => socket.destroy());
  response.on("finish", () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
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

function drain(server: Server, clients: Clients, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => {
      for (const socket of clients.keys()) socket.destroy();
    }, graceMs);
    // Where a reply's head had promised to keep the connection, it falls idle after the reply. One
    // just accepted has a first request on its way, which gets until the first sweep to be read.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of clients.keys()) if ((socket as Socket).bytesRead === 0) socket.destroy();
    }, SWEEP_MS);
    server.close(() => {
      clearTimeout(cutOff);
      clearInterval(sweep);
      resolve();
    });
    for (const { latest } of clients.values()) {
      if (latest !== null) latest.response.shouldKeepAlive = false;
    }
  });
}
