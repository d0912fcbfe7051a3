// The listening socket: lets clients in, ends the ones that wait too long, and drains.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Sweep, sweepEvery } from "../core/sweep.ts";
import { createAdmission } from "./admission.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ConnectionLimits, ConnectionOwner } from "./connection-owner.ts";
import type { ServerTls } from "./options.ts";
import type { Resting } from "./records/resting.ts";
import { createTlsServer, type TlsServer } from "./tls-server.ts";

export interface ListenerLimits extends ConnectionLimits {
  readonly connections: number;
  readonly source_connections: number;
}

export interface ListenerOptions extends Pick<ConnectionOwner, "opened" | "refused" | "failed"> {
  readonly limits: ListenerLimits;
  /** Idle TLS connections that are kept ready; the others rest. */
  readonly restBeyond?: number;
  /** null: plain HTTP. */
  readonly tls: ServerTls | null;
  /** What keys of session tickets are made of. */
  readonly ticketSecret: Uint8Array;
  /** Whether an address brings the clients of many, so that it has no share of its own. */
  readonly isProxy: (address: string) => boolean;
  /** A client was closed at once, for want of room for it. */
  readonly turnedAway: (limit: "connections" | "source_connections", address: string) => void;
  /** Of TLS, for a reason in OpenSSL's words or Node's code. */
  readonly handshakeFailed: (reason: string, address: string) => void;
}

export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  /** Resolves to the port in use. */
  readonly listen: (address: ListenAt, reusePort: boolean) => Promise<number>;
  /** Other certificates for those who connect from now on. Throws where they can't be used. */
  readonly renew: (tls: ServerTls) => void;
  /** For tickets from now on; the one before is wiped. */
  readonly replaceTickets: (secret: Uint8Array) => void;
  /** No new connections; requests in flight may go on for so long, then they are cut off. */
  readonly drain: (graceMs: number) => Promise<void>;
}

const MIN_SWEEP_MS = 50;
const MAX_SWEEP_MS = 500;
/** What is kept ready costs memory, 40 kB each; a request on one that rested costs more time. */
const IDLE_WITH_OPENSSL = 500;
/** For handshakes under way when a drain begins. */
const HANDSHAKE_GRACE_MS = 1_000;

export function createListener(options: ListenerOptions): Listener {
  const { limits, opened, failed, restBeyond = IDLE_WITH_OPENSSL } = options;
  const clients = new Set<ClientConnection>();
  let draining = false;
  const owner: ConnectionOwner = {
    ...options,
    closed: (connection) => clients.delete(connection),
    opened(downstream) {
      if (draining) downstream.keepAlive = false;
      opened(downstream);
    },
  };
  const accept: Accept = (socket, resting) =>
    void clients.add(new ClientConnection(socket, owner, resting));
  const { server, secure } = createServers(options, accept);
  let sweep: Sweep | null = null;
  let trust = options.tls?.clients?.revision;
  return {
    async listen(address, reusePort) {
      const port = await listen(server, address, reusePort);
      // Accepting can fail, too: for want of file descriptors or memory.
      server.on("error", failed);
      sweep = sweepEvery(sweepMs(limits), () => sweepAll(clients, restBeyond));
      return port;
    },
    renew(tls) {
      secure?.renew(tls);
      if (tls.clients?.revision === trust) return;
      trust = tls.clients?.revision;
      // The verdict on a certificate is that of its handshake: what begins now rests on none of before.
      secure?.cutHandshakes();
      for (const client of clients) endNow(client);
    },
    replaceTickets: (secret) => secure?.replaceTickets(secret),
    async drain(graceMs) {
      draining = true;
      if (secure !== null) setTimeout(secure.cutHandshakes, HANDSHAKE_GRACE_MS).unref();
      await drain(server, clients, graceMs);
      sweep?.stop();
    },
  };
}

/** What listens, and how TLS ends where it does. */
interface Servers {
  readonly server: Server;
  readonly secure: TlsServer | null;
}

/** `resting` where it is encrypted. */
type Accept = (socket: Socket, resting: Resting | null) => void;

function createServers(options: ListenerOptions, accept: Accept): Servers {
  const { limits, tls, isProxy, turnedAway } = options;
  const admit = createAdmission({
    sourceConnections: limits.source_connections,
    isProxy,
    turnedAway: (address) => turnedAway("source_connections", address),
  });
  const secure =
    tls === null
      ? null
      : createTlsServer(tls, { ...options, handshakeMs: limits.head_ms, admit, accept });
  const server =
    secure?.server ??
    createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      if (admit(socket)) accept(socket, null);
    });
  server.maxConnections = limits.connections;
  server.on("drop", (data) => turnedAway("connections", data?.remoteAddress ?? ""));
  return { server, secure };
}

function sweepMs({ head_ms: headMs, keep_alive_ms: keepAliveMs }: ListenerLimits): number {
  return Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, Math.min(headMs, keepAliveMs) / 4));
}

function sweepAll(clients: ReadonlySet<ClientConnection>, restBeyond: number): void {
  const nowMs = performance.now();
  let idle = 0;
  for (const client of clients) {
    client.sweep(nowMs);
    if (client.isIdle() && ++idle > restBeyond) client.rest();
  }
}

function listen(server: Server, address: ListenAt, reusePort: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...address, reusePort }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function endNow(client: ClientConnection): void {
  client.endAfterReply();
  client.closeIdle(false);
}

function endSoon(client: ClientConnection): void {
  client.endAfterReply();
  if (!client.untouched) client.closeIdle();
}

function drain(server: Server, clients: Set<ClientConnection>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => {
      for (const client of clients) client.cut();
    }, graceMs);
    // One just accepted has a first request on its way, which gets until the first sweep to be read.
    const sweep = sweepEvery(MIN_SWEEP_MS, () => {
      for (const client of clients) client.closeIdle();
    });
    server.close(() => {
      clearTimeout(cutOff);
      sweep.stop();
      resolve();
    });
    for (const client of clients) endSoon(client);
  });
}
