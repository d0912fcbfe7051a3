// The load of `bench:guesses`, in a process of its own: an upstream, clients of a plain route, and one who guesses.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const CLIENTS = 4;
const PAUSE_MS = 2;

/** Whose tokens are forged. */
const ISSUER = process.argv[2];

/** What is guessed at a time. */
export type Guessing = "quiet" | "password" | "broken" | "token";

interface Kind {
  readonly path: string;
  readonly everyMs: number;
  readonly authorization: (at: number) => string;
}

const KINDS: Readonly<Partial<Record<Guessing, Kind>>> = {
  password: {
    path: "/password",
    everyMs: 20,
    authorization: (at) => `Basic ${btoa(`alice:wrong ${at}`)}`,
  },
  /** As many requests as the next, and nothing to verify. */
  broken: { path: "/token", everyMs: 2, authorization: (at) => `${forged(at)}.` },
  token: { path: "/token", everyMs: 2, authorization: forged },
};

/** Of a usual size, and in all but its signature as it should be. */
function forged(at: number): string {
  const claims = { iss: ISSUER, sub: "alice", aud: "orders", exp: 4e9, jti: `${at}` };
  const parts = [{ alg: "ES256" }, { ...claims, azp: "x".repeat(200) }];
  const [head, body] = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return `Bearer ${head}.${body}.${randomBytes(64).toString("base64url")}`;
}

/** What was seen since the phase before ended. */
export interface GuessesSeen {
  readonly tookUs: readonly number[];
  /** Guesses by the status of their answer. */
  readonly guesses: Readonly<Record<string, number>>;
}

let port = 0;
let tookUs: number[] = [];
let guesses: Record<string, number> = {};
let guessing: Kind | undefined;
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
    await sleep(guessing?.everyMs ?? PAUSE_MS);
    if (guessing === undefined) continue;
    const { path, authorization } = guessing;
    const answer = ask(agent, path, authorization(at)).catch(() => "cut off");
    void answer.then((status) => (guesses[status] = (guesses[status] ?? 0) + 1));
  }
  agent.destroy();
}

const upstream = createServer((_, response) => void response.end("ok")).listen(0, "127.0.0.1");
await once(upstream, "listening");

process.on("message", (word: number | Guessing | "stop") => {
  if (typeof word === "number") {
    port = word;
    void Promise.all([...Array.from({ length: CLIENTS }, askOn), guessOn()]);
    return;
  }
  const seen: GuessesSeen = { tookUs, guesses };
  process.send?.(seen);
  tookUs = [];
  guesses = {};
  guessing = word === "stop" ? undefined : KINDS[word];
  if (word !== "stop") return;
  asking.abort();
  upstream.close();
  process.disconnect();
});
process.send?.((upstream.address() as AddressInfo).port);
