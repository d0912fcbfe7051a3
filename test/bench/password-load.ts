// The load of `bench:passwords`, in a process of its own: an upstream, clients of a plain route, and one who guesses.
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const CLIENTS = 4;
const PAUSE_MS = 2;
const GUESS_EVERY_MS = 20;

/** What was seen since the phase before ended. */
export interface PasswordsSeen {
  readonly tookUs: readonly number[];
  /** Guesses by the status of their answer. */
  readonly guesses: Readonly<Record<string, number>>;
}

let port = 0;
let tookUs: number[] = [];
let guesses: Record<string, number> = {};
let isGuessing = false;
const asking = new AbortController();

function ask(agent: Agent, path: string, authorization = ""): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = authorization === "" ? {} : { authorization };
    const sent = request({ port, agent, host: "127.0.0.1", path, headers }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}

async function askOn(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!asking.signal.aborted) {
    const startedMs = performance.now();
    // At the end weir goes while some still wait.
    const status = await ask(agent, "/open").catch(() => 0);
    if (status === 200) tookUs.push((performance.now() - startedMs) * 1000);
    await sleep(PAUSE_MS);
  }
  agent.destroy();
}

async function guessOn(): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  for (let at = 0; !asking.signal.aborted; at++) {
    await sleep(GUESS_EVERY_MS);
    if (!isGuessing) continue;
    const credentials = `Basic ${btoa(`alice:wrong ${at}`)}`;
    const answer = ask(agent, "/closed", credentials).catch(() => "cut off");
    void answer.then((status) => (guesses[status] = (guesses[status] ?? 0) + 1));
  }
  agent.destroy();
}

const upstream = createServer((_, response) => void response.end("ok")).listen(0, "127.0.0.1");
await once(upstream, "listening");

process.on("message", (word) => {
  if (typeof word === "number") {
    port = word;
    void Promise.all([...Array.from({ length: CLIENTS }, askOn), guessOn()]);
    return;
  }
  const seen: PasswordsSeen = { tookUs, guesses };
  process.send?.(seen);
  tookUs = [];
  guesses = {};
  isGuessing = word === "guess";
  if (word !== "stop") return;
  asking.abort();
  upstream.close();
  process.disconnect();
});
process.send?.((upstream.address() as AddressInfo).port);
