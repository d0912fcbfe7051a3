// An HTTP server beside the traffic's: plain, or over TLS with certificates that change while it runs; bounded either way.
import type { IncomingMessage, RequestListener, Server, ServerOptions } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { isLoopback } from "../core/loopback.ts";
import { createServer } from "../core/node-http.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import type { TicketSecrets } from "../core/ticket-secrets.ts";
import { type Admit, createAdmission } from "./admission.ts";
import { connectionKey, endFailedHandshakes, serverOptions } from "./handshake.ts";
import type { ServerTls } from "./options.ts";
import { contextOptions } from "./server-tls.ts";
import { ticketKeysOf } from "./ticket-keys.ts";
import { tlsFactsOf } from "./tls-facts.ts";

export interface HttpServer {
  readonly server: Server | HttpsServer;
  /** null: not encrypted. A certificate that was judged by authorities of before is as good as none. */
  readonly tlsOf: (request: IncomingMessage) => TlsFacts | null;
  /** For connections from now on. Passed over by a plain server, which becomes another one at a restart. */
  readonly renew: (tls: ServerTls | null) => void;
}

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  /** null: plain HTTP. */
  readonly tls: ServerTls | null;
  readonly ticketSecrets: Pick<TicketSecrets, "current" | "listen">;
  readonly handshakeFailed: (reason: string, address: string) => void;
  readonly turnedAway: () => void;
}

export interface HttpLimits {
  readonly http: ServerOptions;
  readonly connections: number;
  /** Of them, from one source. */
  readonly sourceConnections: number;
}

const HANDSHAKE_MS = 10_000;

export function createHttpServer(
  { limits, tls, turnedAway, ...secure }: HttpServerOptions,
  listener: RequestListener,
): HttpServer {
  const admit = createAdmission({
    sourceConnections: limits.sourceConnections,
    // A proxy here brings the clients of many.
    isProxy: isLoopback,
    turnedAway,
  });
  const { http } = limits;
  const made =
    tls === null
      ? plainServer(http, listener)
      : secureServer({ ...secure, http, first: tls }, listener);
  made.server.maxConnections = limits.connections;
  limitSources(made.server, admit);
  made.server.on("drop", turnedAway);
  return made;
}

/** Before Node does anything with a connection. */
function limitSources(server: Server | HttpsServer, admit: Admit): void {
  server.prependListener("connection", (socket: Socket) => void admit(socket));
}

function plainServer(http: ServerOptions, listener: RequestListener): HttpServer {
  return { server: createServer(http, listener), tlsOf: () => null, renew: () => undefined };
}

interface SecureOptions extends Pick<HttpServerOptions, "handshakeFailed" | "ticketSecrets"> {
  readonly http: ServerOptions;
  readonly first: ServerTls;
}

function secureServer(
  { http, first, handshakeFailed, ticketSecrets }: SecureOptions,
  listener: RequestListener,
): HttpServer {
  // Only where it is configured: a start should be short.
  const https = process.getBuiltinModule("node:https");
  const server = https.createServer(
    { ...http, ...serverOptions(first, first.pairs, HANDSHAKE_MS) },
    listener,
  );
  endFailedHandshakes(server, handshakeFailed);
  let { ticketScope } = first;
  const takeTickets = (): void =>
    server.setTicketKeys(ticketKeysOf(ticketSecrets.current(), ticketScope));
  takeTickets();
  ticketSecrets.listen(takeTickets);
  const trust = new Trust(server, first);
  return {
    server,
    tlsOf: ({ socket }) => trust.factsOf(socket as TLSSocket),
    renew(next) {
      if (next === null) return;
      server.setSecureContext(contextOptions(next, next.pairs));
      ({ ticketScope } = next);
      takeTickets();
      trust.renew(next);
    },
  };
}

/** Which authorities judged a connection's certificate: those at the begin of its handshake. */
class Trust {
  readonly #server: HttpsServer;
  #revision: string;
  readonly #began = new Map<string, string>();
  readonly #judged = new WeakMap<TLSSocket, { readonly by: string; readonly facts: TlsFacts }>();

  constructor(server: HttpsServer, tls: ServerTls) {
    this.#server = server;
    this.#revision = revisionOf(tls);
    server.on("connection", (socket: Socket) => {
      const key = connectionKey(socket);
      this.#began.set(key, this.#revision);
      socket.once("close", () => this.#began.delete(key));
    });
    server.on("secureConnection", (socket) => {
      const facts = tlsFactsOf(socket);
      const by = this.#began.get(connectionKey(socket)) ?? "";
      if (facts !== null) this.#judged.set(socket, { by, facts });
    });
  }

  factsOf(socket: TLSSocket): TlsFacts | null {
    const judged = this.#judged.get(socket);
    if (judged === undefined) return tlsFactsOf(socket);
    const { by, facts } = judged;
    return by === this.#revision ? facts : { ...facts, certificate: () => null };
  }

  renew(tls: ServerTls): void {
    const revision = revisionOf(tls);
    if (revision === this.#revision) return;
    this.#revision = revision;
    // Those come again, and are judged anew.
    this.#server.closeIdleConnections();
  }
}

function revisionOf({ clients }: ServerTls): string {
  return clients?.revision ?? "none";
}
