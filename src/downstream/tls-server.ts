// A TLS server over the shared port: handshakes under a limit, certificates that change while it runs.
import { createServer as createTcpServer, type Server, Socket } from "node:net";
import type { Server as NodeTlsServer, TLSSocket } from "node:tls";
import type { Admit } from "./admission.ts";
import { serverNameOf } from "./client-hello.ts";
import type { CertificatePair, ServerTls } from "./options.ts";
import { Resting } from "./records/resting.ts";
import { noteSecret } from "./records/traffic-secrets.ts";
import { endFailedHandshakes, serverOptions } from "./handshake.ts";
import { OpenHandshakes } from "./open-handshakes.ts";
import { chooseCertificates } from "./server-tls.ts";
import { ticketKeysOf } from "./ticket-keys.ts";

export interface TlsServer {
  readonly server: Server;
  /** Connections that stand keep what they agreed on. */
  readonly renew: (tls: ServerTls) => void;
  /** Another secret to make ticket keys of; the one before is wiped. */
  readonly replaceTickets: (secret: Uint8Array) => void;
  /** Cuts off those whose handshake is not over. */
  readonly cutHandshakes: () => void;
}

export interface TlsServerParts {
  /** For a whole handshake. */
  readonly handshakeMs: number;
  /** What ticket keys are made of at first, the same in all workers: each resumes what another began. */
  readonly ticketSecret: Uint8Array;
  /** Asked before anything is spent on a client. */
  readonly admit: Admit;
  /** `resting`: how to keep it for little while it is idle. */
  readonly accept: (socket: Socket, resting: Resting) => void;
  /** A handshake came to nothing, for a reason in OpenSSL's words or Node's code. */
  readonly handshakeFailed: (reason: string, address: string) => void;
}

interface EndingParts extends Pick<TlsServerParts, "handshakeMs" | "handshakeFailed"> {
  readonly accept: (socket: TLSSocket) => void;
}

/**
 * Node's SNICallback gives a connection one certificate, whichever was loaded last. So the name is
 * read here, and each set of certificates has a server of its own, in which OpenSSL chooses between
 * ECDSA and RSA by what the client can verify.
 */
export function createTlsServer(first: ServerTls, parts: TlsServerParts): TlsServer {
  const { accept, admit } = parts;
  let { ticketSecret: secret } = parts;
  const handshakes = new OpenHandshakes();
  const accepted = (socket: TLSSocket): void => {
    const begun = handshakes.over(socket);
    if (begun === undefined) return;
    makeResettable(socket, begun.plain);
    socket.allowHalfOpen = true;
    accept(socket, new Resting(socket, begun));
  };
  const ending = { ...parts, accept: accepted };
  let endings = createEndings(first, ending);
  endings.takeTickets(secret);
  const server = createTcpServer({ noDelay: true }, (socket) => {
    if (!admit(socket)) return;
    const handshake = handshakes.begin(socket);
    readName(socket, parts, (name) => {
      handshake.helloBytes = socket.bytesRead;
      endings.take(socket, name);
    });
  });
  return {
    server,
    renew(next) {
      endings = createEndings(next, ending);
      endings.takeTickets(secret);
    },
    replaceTickets(next) {
      secret.fill(0);
      secret = next;
      endings.takeTickets(secret);
    },
    cutHandshakes: () => handshakes.cut(),
  };
}

/** Node resets only what is not encrypted. */
function makeResettable(socket: Socket, plain: Socket): void {
  socket.resetAndDestroy = () => {
    plain.resetAndDestroy();
    return socket.destroy();
  };
}

interface Endings {
  readonly take: (socket: Socket, name: string) => void;
  readonly takeTickets: (secret: Uint8Array) => void;
}

/** Where TLS ends, for one state of the certificates. Throws where one can't be used. */
function createEndings(tls: ServerTls, parts: EndingParts): Endings {
  const { first, forName } = chooseCertificates(tls.pairs);
  const servers = new Map<readonly CertificatePair[], NodeTlsServer>();
  let ticketKeys: Buffer = Buffer.alloc(0);
  const serverOf = (pairs: readonly CertificatePair[]): NodeTlsServer => {
    const known = servers.get(pairs);
    if (known !== undefined) return known;
    const server = createEnding(tls, pairs, parts);
    // Among its options, it would keep the first ones for ever.
    if (ticketKeys.length > 0) server.setTicketKeys(ticketKeys);
    servers.set(pairs, server);
    return server;
  };
  serverOf(first);
  return {
    take: (socket, name) => void serverOf(forName(name)).emit("connection", socket),
    takeTickets(secret) {
      ticketKeys.fill(0);
      ticketKeys = ticketKeysOf(secret, tls.ticketScope);
      for (const server of servers.values()) server.setTicketKeys(ticketKeys);
    },
  };
}

/** Never listens: it is given connections. */
function createEnding(
  tls: ServerTls,
  pairs: readonly CertificatePair[],
  { handshakeMs, accept, handshakeFailed }: EndingParts,
): NodeTlsServer {
  // Only where it is configured: a worker should listen soon.
  const { createServer } = process.getBuiltinModule("node:tls");
  const server = createServer(serverOptions(tls, pairs, handshakeMs), accept);
  server.on("keylog", noteSecret);
  endFailedHandshakes(server, handshakeFailed);
  return server;
}

/** Leaves the bytes with the socket; one that ends or lingers before they are there is closed. */
function readName(
  socket: Socket,
  { handshakeMs, handshakeFailed }: NameParts,
  done: (name: string) => void,
): void {
  const { remoteAddress = "" } = socket;
  let bytes: Buffer = Buffer.alloc(0);
  const stop = (): void => {
    clearTimeout(late);
    // All of them: what is left would keep the bytes for as long as the connection stands.
    socket.off("readable", read).off("end", end).off("error", end).off("close", left);
  };
  const fail = (reason: string): void => {
    handshakeFailed(reason, remoteAddress);
    clearTimeout(late);
    socket.off("close", left).destroy();
  };
  const left = (): void => fail(HUNG_UP);
  const late = setTimeout(fail, handshakeMs, TOO_LATE);
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const name = serverNameOf(bytes);
    if (name === null) return;
    stop();
    socket.unshift(bytes);
    socket.read = readPiece;
    done(name);
  };
  const end = (): void => void socket.destroy();
  socket.on("readable", read).on("end", end).on("error", end).on("close", left);
}

/**
 * What Node's TLS reads into has the size of the first bytes it is given, for as long as the connection
 * stands, and 64 KiB where it is given none; it gets another one as soon as that is full.
 */
function readPiece(this: Socket, size = Math.min(PIECE_BYTES, this.readableLength)): Buffer | null {
  return Socket.prototype.read.call(this, size) as Buffer | null;
}

type NameParts = Pick<TlsServerParts, "handshakeMs" | "handshakeFailed">;

/** Below the least that Node's TLS takes for a buffer, 1024, so that a hello does not fill it. */
const PIECE_BYTES = 1_000;
/** As Node says it of a handshake that has begun. */
const HUNG_UP = "ECONNRESET";
const TOO_LATE = "ERR_TLS_HANDSHAKE_TIMEOUT";
