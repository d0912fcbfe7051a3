// The load of `bench:tokens`, in a process of its own: an upstream, clients of a plain route, and callers with tokens.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";

const CLIENTS = 4;
const PAUSE_MS = 2;
/** Tokens come in small groups, as many at a time as the rate needs. */
const EVERY_MS = 20;

export type Phase = "none" | "known" | "new";

export interface TokensReady {
  readonly upstreamPort: number;
  readonly publicKey: string;
}

export interface TokenOrder {
  readonly port: number;
  /** Tokens a second. */
  readonly rate: number;
  /** How many will be new in all: signed before anything is measured. */
  readonly count: number;
}

/** What was seen since the phase began. */
export interface TokensSeen {
  readonly tookUs: readonly number[];
  /** Answers to requests with tokens. */
  readonly ok: number;
  readonly others: number;
}

const NOTHING: TokensSeen = { tookUs: [], ok: 0, others: 0 };
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stopping = new AbortController();
const tokens: string[] = [];
let tookUs: number[] = [];
let answers = { ok: 0, others: 0 };
let phase: Phase = "none";

function sign(at: number): Promise<string> {
  return new SignJWT({ jti: `${at}`, roles: ["dev"], azp: "x".repeat(200) })
    .setProtectedHeader({ alg: "ES256" })
    .setIssuer("https://issuer.test")
    .setSubject("alice")
    .setAudience("a")
    .setExpirationTime("1h")
    .sign(privateKey);
}

function ask(port: number, agent: Agent, token: string): Promise<number> {
  return new Promise((resolve) => {
    const asked =
      token === ""
        ? { path: "/open" }
        : { path: "/closed", headers: { authorization: `Bearer ${token}` } };
    const sent = request({ port, agent, host: "127.0.0.1", ...asked }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    // At the end weir goes while some still wait.
    sent.on("error", () => resolve(0)).end();
  });
}

async function askOn(port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!stopping.signal.aborted) {
    const startedMs = performance.now();
    if ((await ask(port, agent, "")) === 200) tookUs.push((performance.now() - startedMs) * 1_000);
    await sleep(PAUSE_MS);
  }
  agent.destroy();
}

async function bringTokens({ port, rate }: TokenOrder): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const [known = ""] = tokens;
  const bring = async (token: string): Promise<void> => {
    answers[(await ask(port, agent, token)) === 200 ? "ok" : "others"]++;
  };
  for (let due = 0; !stopping.signal.aborted; due += (rate * EVERY_MS) / 1_000) {
    await sleep(EVERY_MS);
    for (; due >= 1; due--) {
      if (phase !== "none") void bring(phase === "known" ? known : (tokens.pop() ?? ""));
    }
  }
  agent.destroy();
}

async function begin(order: TokenOrder): Promise<TokensSeen> {
  for (let at = 0; at < order.count; at++) tokens.push(await sign(at));
  for (let client = 0; client < CLIENTS; client++) void askOn(order.port);
  void bringTokens(order);
  return NOTHING;
}

function turnTo(next: Phase): TokensSeen {
  const seen: TokensSeen = { tookUs, ...answers };
  [tookUs, answers, phase] = [[], { ok: 0, others: 0 }, next];
  return seen;
}

const upstream = createServer((_, response) => void response.end("ok")).listen(0, "127.0.0.1");
await once(upstream, "listening");

process.on("message", (word: TokenOrder | Phase | "stop") => {
  if (word === "stop") {
    stopping.abort();
    upstream.close();
    process.disconnect();
  } else if (typeof word === "string") process.send?.(turnTo(word));
  else void begin(word).then((seen) => process.send?.(seen));
});
const ready: TokensReady = {
  upstreamPort: (upstream.address() as AddressInfo).port,
  publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
};
process.send?.(ready);
