// Opens sockets to one endpoint.
import { type Socket, type TcpNetConnectOpts, connect } from "node:net";
import { createSecureDialer } from "./secure-dial.ts";
import type { UpstreamEndpoint } from "./upstream.ts";

/** Node's `onread`: reads go to buffers of the reader's choice, past the stream machinery. */
export interface SocketReader {
  readonly buffer: () => Buffer;
  readonly callback: (length: number, bytes: Uint8Array) => boolean;
}

/** Opens a socket; without a reader, one for a tunnel: data as stream events, each side ended by itself. */
export type Dial = (reader: SocketReader | null) => Socket;

export interface Dialer {
  readonly dial: Dial;
  /** Over TLS. */
  readonly secure: boolean;
  /** For how long a socket that is ready can be trusted, in milliseconds. */
  readonly trustedMs: (socket: Socket) => number;
  /** Why a socket that was ready may have been closed before any answer; "" where nothing speaks for it. */
  readonly suspicion: (socket: Socket) => string;
  /** The event that says the socket can be written to. */
  readonly readyEvent: "connect" | "secureConnect";
}

export function createDialer(endpoint: UpstreamEndpoint): Dialer {
  const url = new URL(endpoint.url);
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port) || (secure ? 443 : 80);
  const base = { host, port, noDelay: true, keepAlive: true };
  const optionsFor = (reader: SocketReader | null): TcpNetConnectOpts =>
    reader === null ? { ...base, allowHalfOpen: true } : { ...base, onread: reader };
  if (!secure) {
    const dial: Dial = (reader) => {
      const socket = connect(optionsFor(reader));
      return reader === null ? socket : readingBeforeFailing(socket);
    };
    const unencrypted = { secure, trustedMs: () => Infinity, suspicion: () => "" };
    return { ...unencrypted, dial, readyEvent: "connect" };
  }
  const { open, endMs, suspicion } = createSecureDialer({ host, tls: endpoint.tls });
  return {
    dial: (reader) => open(optionsFor(reader)),
    secure,
    trustedMs: (socket) => endMs(socket) - Date.now(),
    suspicion,
    readyEvent: "secureConnect",
  };
}

/**
 * A server that answers early and closes resets what is still being sent to it. Node gives a socket
 * up at the first failed write; here what already arrived is read first, in the next turn's poll.
 */
function readingBeforeFailing(socket: Socket): Socket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: NodeJS.ErrnoException) => {
    if (error?.syscall !== "write") return destroy(error);
    setImmediate(() => setImmediate(destroy, error));
    return socket;
  };
  return socket;
}
