// Raw servers that answer with given bytes, and a sink that writes down what it is told.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { systemClock } from "../../src/core/clock.ts";
import type { WeirError } from "../../src/core/errors.ts";
import type { RawHeaders } from "../../src/core/header-list.ts";
import { createUpstreamPool } from "../../src/upstream/pool.ts";
import type {
  Attempt,
  ResponseHead,
  ResponseSink,
  UpstreamPool,
  UpstreamPoolOptions,
  UpstreamRequest,
} from "../../src/upstream/upstream.ts";

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** A TCP server on a free port; everything it accepted is destroyed with it. */
export async function listenRaw(onSocket: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    sockets,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Answers each request head (a body is not awaited) with what `answer` gives for it. */
export function answering(
  answer: (head: string, socket: Socket, nth: number) => string | null,
): (socket: Socket) => void {
  return (socket) => {
    let text = "";
    let nth = 0;
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        const reply = answer(head, socket, nth++);
        if (reply !== null) socket.write(reply, "latin1");
      }
    });
  };
}

export const NO_TIMEOUTS = { connectMs: 0, headerMs: 0, idleMs: 0 } as const;

export function requestOf(changes: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: "GET",
    target: "/",
    headers: ["Host", "upstream.test"],
    body: "none",
    upgrade: "",
    timeouts: NO_TIMEOUTS,
    ...changes,
  };
}

export function poolFor(url: string, changes: Partial<UpstreamPoolOptions> = {}): UpstreamPool {
  const options = { connections: 4, keepAliveMs: 10_000, maxHeadBytes: 16_384 };
  return createUpstreamPool({ url, tls: null }, { ...options, clock: systemClock, ...changes });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Everything a sink was told, and promises for its turning points. */
export class RecordingSink implements ResponseSink {
  readonly informationals: ResponseHead[] = [];
  response: ResponseHead | null = null;
  readonly chunks: Buffer[] = [];
  sawLast = false;
  flushes = 0;
  trailers: RawHeaders | null = null;
  error: WeirError | null = null;
  calls: string[] = [];
  socket: Duplex | null = null;
  leftover = "";
  /** What `data` answers. */
  more = true;
  readonly whenHead = deferred<ResponseHead>();
  /** end, fail or upgraded. */
  readonly whenOver = deferred<this>();

  informational = (head: ResponseHead): void => {
    this.calls.push("informational");
    this.informationals.push(head);
  };

  head = (head: ResponseHead): void => {
    this.calls.push("head");
    this.response = head;
    this.whenHead.resolve(head);
  };

  data = (chunk: Buffer, last: boolean): boolean => {
    this.calls.push("data");
    this.chunks.push(chunk);
    this.sawLast = last;
    return this.more;
  };

  flush = (): void => {
    this.flushes += 1;
  };

  end = (trailers: RawHeaders): void => {
    this.calls.push("end");
    this.trailers = trailers;
    this.whenOver.resolve(this);
  };

  upgraded = (head: ResponseHead, socket: Duplex, leftover: Buffer): void => {
    this.calls.push("upgraded");
    this.response = head;
    this.socket = socket;
    this.leftover = leftover.toString("latin1");
    this.whenOver.resolve(this);
  };

  fail = (error: WeirError): void => {
    this.calls.push("fail");
    this.error = error;
    this.whenOver.resolve(this);
  };

  get body(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }
}

export interface Exchanged {
  readonly attempt: Attempt;
  readonly sink: RecordingSink;
}

/** Sends and waits for the end, the failure or the upgrade. */
export async function exchange(
  pool: UpstreamPool,
  changes: Partial<UpstreamRequest> = {},
): Promise<Exchanged> {
  const sink = new RecordingSink();
  const attempt = pool.send(requestOf(changes), sink);
  await sink.whenOver.promise;
  return { attempt, sink };
}
