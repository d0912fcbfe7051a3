// A client of the TLS bench in a process of its own: full handshakes, bodies, connections that stand idle.
import { once } from "node:events";
import { Agent, get } from "node:https";
import { connect, type TLSSocket } from "node:tls";

export type TlsTask =
  | { readonly kind: "handshakes"; readonly port: number; readonly ms: number }
  | { readonly kind: "bodies"; readonly port: number; readonly bytes: number; readonly ms: number }
  | { readonly kind: "idle"; readonly port: number; readonly connections: number }
  /** Those that stand idle ask once more: most of weir's have been taken from OpenSSL. */
  | { readonly kind: "again" }
  | { readonly kind: "close" };

export interface TlsDone {
  /** Handshakes, bytes or connections. */
  readonly count: number;
  readonly seconds: number;
}

const AT_ONCE = 16;
const BODIES_AT_ONCE = 4;
const idle: TLSSocket[] = [];
const to = { host: "127.0.0.1", rejectUnauthorized: false };

/** Without a session to resume: each is a full handshake. */
async function handshake(port: number): Promise<TLSSocket> {
  const socket = connect({ ...to, port, minVersion: "TLSv1.3" });
  await once(socket, "secureConnect");
  return socket;
}

async function handshakes(port: number, untilMs: number): Promise<number> {
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const socket = await handshake(port);
      socket.destroy();
      count++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return count;
}

async function bodies(port: number, bytes: number, untilMs: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: BODIES_AT_ONCE });
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const asked = get({ ...to, port, path: `/${bytes}`, agent });
      const [reply] = await once(asked, "response");
      reply.on("data", (chunk: Buffer) => (count += chunk.length));
      await once(reply, "end");
    }
  };
  await Promise.all(Array.from({ length: BODIES_AT_ONCE }, one));
  agent.destroy();
  return count;
}

async function ask(socket: TLSSocket): Promise<void> {
  socket.write("GET /2 HTTP/1.1\r\nHost: bench.test\r\n\r\n");
  await once(socket, "data");
}

/** How many are answered, one after the other. */
async function askAgain(): Promise<number> {
  let count = 0;
  for (const socket of idle) {
    const closed = new Promise<boolean>((resolve) => socket.once("close", () => resolve(false)));
    const answered = ask(socket).then(
      () => true,
      () => false,
    );
    if (!socket.destroyed && (await Promise.race([answered, closed]))) count++;
  }
  return count;
}

/** Each has asked once, as clients that are kept have. */
async function standIdle(port: number, connections: number): Promise<number> {
  const one = async (): Promise<void> => {
    while (idle.length < connections) {
      const socket = await handshake(port);
      idle.push(socket);
      await ask(socket);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return idle.filter((socket) => !socket.destroyed).length;
}

async function run(task: TlsTask): Promise<number> {
  const nowMs = performance.now();
  if (task.kind === "handshakes") return handshakes(task.port, nowMs + task.ms);
  if (task.kind === "bodies") return bodies(task.port, task.bytes, nowMs + task.ms);
  if (task.kind === "again") return askAgain();
  if (task.kind === "idle") return standIdle(task.port, task.connections);
  for (const socket of idle.splice(0)) socket.destroy();
  return 0;
}

process.on("message", (task: TlsTask) => {
  const begunMs = performance.now();
  void run(task).then((count) => {
    const seconds = (performance.now() - begunMs) / 1000;
    process.send?.({ count, seconds } satisfies TlsDone);
  });
});
