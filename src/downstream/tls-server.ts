// A TLS server over the shared port: handshakes under a limit, certificates that change while it runs.
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Server as NodeTlsServer } from "node:tls";
import type { Admit } from "./admission.ts";
import { serverNameOf } from "./client-hello.ts";
import type { CertificatePair, ServerTls } from "./options.ts";
import { chooseCertificates, contextOptions } from "./server-tls.ts";

export interface TlsServer {
  readonly server: Server;
  /** Connections that stand keep what they agreed on. */
  readonly renew: (tls: ServerTls) => void;
  /** Cuts off those whose handshake is not over. */
  readonly cutHandshakes: () => void;
}

export interface TlsServerParts {
  /** For a whole handshake. */
  readonly handshakeMs: number;
  /** Asked before anything is spent on a client. */
  readonly admit: Admit;
  readonly accept: (socket: Socket) => void;
  /** A handshake came to nothing, for a reason in OpenSSL's words or Node's code. */
  readonly handshakeFailed: (reason: string, address: string) => void;
}

type EndingParts = Omit<TlsServerParts, "admit">;

/**
 * Node's SNICallback gives a connection one certificate, whichever was loaded last. So the name is
 * read here, and each set of certificates has a server of its own, in which OpenSSL chooses between
 * ECDSA and RSA by what the client can verify.
 */
export function createTlsServer(tls: ServerTls, { admit, ...parts }: TlsServerParts): TlsServer {
  const { handshakeMs, accept } = parts;
  const handshakes = new Map<string, Socket>();
  const accepted = (socket: Socket): void => {
    const plain = handshakes.get(keyOf(socket));
    handshakes.delete(keyOf(socket));
    // Node resets only what is not encrypted.
    socket.resetAndDestroy = () => {
      plain?.resetAndDestroy();
      return socket.destroy();
    };
    socket.allowHalfOpen = true;
    accept(socket);
  };
  const ending = { ...parts, accept: accepted };
  let endings = createEndings(tls, ending);
  const server = createTcpServer({ noDelay: true }, (socket) => {
    if (!admit(socket)) return;
    const key = keyOf(socket);
    handshakes.set(key, socket);
    socket.on("close", () => handshakes.get(key) === socket && handshakes.delete(key));
    if (endings.byName) readName(socket, handshakeMs, (name) => endings.take(socket, name));
    else endings.take(socket, "");
  });
  return {
    server,
    renew: (next) => (endings = createEndings(next, ending)),
    cutHandshakes() {
      for (const socket of handshakes.values()) socket.destroy();
    },
  };
}

/** Node hands a connection out under another socket once it is secure. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

interface Endings {
  /** Whether they must be told the name. */
  readonly byName: boolean;
  readonly take: (socket: Socket, name: string) => void;
}

/** Where TLS ends, for one state of the certificates. Throws where one can't be used. */
function createEndings(tls: ServerTls, parts: EndingParts): Endings {
  const { byName, first, forName } = chooseCertificates(tls.pairs);
  const servers = new Map<readonly CertificatePair[], NodeTlsServer>();
  const serverOf = (pairs: readonly CertificatePair[]): NodeTlsServer => {
    const server = servers.get(pairs) ?? createEnding(tls, pairs, parts);
    servers.set(pairs, server);
    return server;
  };
  serverOf(first);
  return {
    byName,
    take: (socket, name) => void serverOf(forName(name)).emit("connection", socket),
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
  const server = createServer(
    {
      ...contextOptions(tls, pairs),
      handshakeTimeout: handshakeMs,
      ALPNProtocols: ["http/1.1", "http/1.0"],
      requestCert: tls.clients !== null,
      // What is wrong with a certificate is said in a reply, and written into the row.
      rejectUnauthorized: false,
    },
    accept,
  );
  // Node leaves it to this listener to end what ran out of time.
  server.on("tlsClientError", (error, socket) => {
    const { code = "", reason = code } = error as NodeJS.ErrnoException & { reason?: string };
    handshakeFailed(reason, socket.remoteAddress ?? "");
    socket.destroy();
  });
  return server;
}

/** Leaves the bytes with the socket; one that ends or lingers before they are there is closed. */
function readName(socket: Socket, limitMs: number, done: (name: string) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const end = (): void => void socket.destroy();
  const late = setTimeout(end, limitMs);
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const name = serverNameOf(bytes);
    if (name === null) return;
    clearTimeout(late);
    socket.off("readable", read).off("end", end).off("error", end);
    socket.unshift(bytes);
    done(name);
  };
  socket.on("readable", read).on("end", end).on("error", end);
  socket.once("close", () => clearTimeout(late));
}
