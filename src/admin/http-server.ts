// The admin side's HTTP server: plain, or over TLS with certificates that change while it runs; bounded either way.
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { isLoopback } from "../core/loopback.ts";
import { createServer } from "../core/node-http.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import { type Admit, createAdmission } from "../downstream/admission.ts";
import type { ServerTls } from "../downstream/options.ts";
import { connectionKey, endFailedHandshakes, serverOptions } from "../downstream/handshake.ts";
import { contextOptions } from "../downstream/server-tls.ts";
import { ticketKeysOf } from "../downstream/ticket-keys.ts";
import { tlsFactsOf } from "../downstream/tls-facts.ts";
import type { AdminParts } from "./parts.ts";

export interface AdminServer {
  readonly server: Server | HttpsServer;
  /** null: not encrypted. A certificate that was judged by authorities of before is as good as none. */
  readonly tlsOf: (request: IncomingMessage) => TlsFacts | null;
  /** For connections from now on. Passed over by a plain server, which becomes another one at a restart. */
  readonly renew: (tls: ServerTls | null) => void;
}

export interface AdminServerOptions extends Pick<AdminParts, "handshakeFailed" | "ticketSecrets"> {
  /** null: plain HTTP. */
  readonly tls: ServerTls | null;
  readonly turnedAway: () => void;
}

const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000 } as const;
const HANDSHAKE_MS = 10_000;
const MAX_CONNECTIONS = 256;
/** A quarter: nobody alone keeps all others out. */
const SOURCE_CONNECTIONS = 64;

export function createAdminServer(
  { tls, turnedAway, ...secure }: AdminServerOptions,
  listener: RequestListener,
): AdminServer {
  const admit = createAdmission({
    sourceConnections: SOURCE_CONNECTIONS,
    // A proxy here brings the clients of many.
    isProxy: isLoopback,
    turnedAway,
  });
  const made =
    tls === null ? plainServer(listener) : secureServer({ ...secure, first: tls }, listener);
  made.server.maxConnections = MAX_CONNECTIONS;
  limitSources(made.server, admit);
  made.server.on("drop", turnedAway);
  return made;
}

/** Before Node does anything with a connection. */
function limitSources(server: Server | HttpsServer, admit: Admit): void {
  server.prependListener("connection", (socket: Socket) => void admit(socket));
}

function plainServer(listener: RequestListener): AdminServer {
  return { server: createServer(LIMITS, listener), tlsOf: () => null, renew: () => undefined };
}

interface SecureOptions extends Pick<AdminServerOptions, "handshakeFailed" | "ticketSecrets"> {
  readonly first: ServerTls;
}

function secureServer(
  { first, handshakeFailed, ticketSecrets }: SecureOptions,
  listener: RequestListener,
): AdminServer {
  // Only where it is configured: a start should be short.
  const https = process.getBuiltinModule("node:https");
  const server = https.createServer(
    { ...LIMITS, ...serverOptions(first, first.pairs, HANDSHAKE_MS) },
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
