// Closed-loop load over raw sockets: so many connections, each sends when its answer is whole.
import { connect, type Socket } from "node:net";

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  /** Paths asked for in turn. */
  readonly paths: readonly string[];
  readonly headers: readonly string[];
}

export interface LoadResult {
  readonly requests: number;
  /** Answers that were not 200. */
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");

/** Runs `requests` requests and returns when the last answer is in; rejects when a connection breaks. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const state = { left: options.requests, failed: 0, at: 0, latencies: [] as number[] };
  const texts = options.paths.map((path) => requestText(path, options.headers));
  const startedMs = performance.now();
  const clients = Array.from(
    { length: options.connections },
    () =>
      new Promise<void>((resolve, reject) =>
        runClient(options.port, { state, texts, resolve, reject }),
      ),
  );
  await Promise.all(clients);
  const sorted = state.latencies.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    requests: options.requests,
    failed: state.failed,
    seconds: (performance.now() - startedMs) / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

interface Client {
  readonly state: { left: number; failed: number; at: number; latencies: number[] };
  readonly texts: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function requestText(path: string, headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: bench.test", "User-Agent: bench", ...headers, "", ""].join(
    "\r\n",
  );
}

function runClient(port: number, { state, texts, resolve, reject }: Client): void {
  let sentMs = 0;
  let pending: Buffer = Buffer.alloc(0);
  const socket: Socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  const send = (): void => {
    if (state.left === 0) {
      socket.end();
      resolve();
      return;
    }
    state.left -= 1;
    sentMs = performance.now();
    socket.write(texts[state.at++ % texts.length] ?? "");
  };
  socket.on("connect", send);
  socket.on("error", reject);
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const length = answerLength(pending);
    if (length < 0 || pending.length < length) return;
    if (pending.toString("latin1", 9, 12) !== "200") state.failed += 1;
    state.latencies.push(performance.now() - sentMs);
    pending = pending.subarray(length);
    send();
  });
}

/** Bytes of the whole answer; -1 while its head is not complete. */
function answerLength(bytes: Buffer): number {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return -1;
  const head = bytes.toString("latin1", 0, end);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  const last = bytes.indexOf("0\r\n\r\n", end + 4);
  return last < 0 ? -1 : last + 5;
}
