// The load of `bench:swap`, in a process of its own: some clients that ask, and how long each answer took, by phase.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const CLIENTS = 4;
const PAUSE_MS = 2;
const port = Number(process.argv[2]);

/** What was seen since the phase before ended. */
export interface PhaseSeen {
  readonly tookUs: readonly number[];
  /** By the rule that decided; anything but one rule of one revision is a mixed or an empty policy. */
  readonly rules: Readonly<Record<string, number>>;
}

let tookUs: number[] = [];
let rules: Record<string, number> = {};
const asking = new AbortController();

function ask(agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, agent, host: "127.0.0.1", path: "/orders/7" }, (reply) => {
      let body = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      reply.on("end", () => resolve(`${reply.statusCode} ${/"rule":"[^"]*"/.exec(body)?.[0]}`));
    });
    sent.on("error", reject).end();
  });
}

async function askOn(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!asking.signal.aborted) {
    const startedMs = performance.now();
    const rule = await ask(agent);
    tookUs.push((performance.now() - startedMs) * 1000);
    rules[rule] = (rules[rule] ?? 0) + 1;
    await sleep(PAUSE_MS);
  }
  agent.destroy();
}

process.on("message", (word) => {
  const seen: PhaseSeen = { tookUs, rules };
  process.send?.(seen);
  tookUs = [];
  rules = {};
  if (word !== "stop") return;
  asking.abort();
  process.disconnect();
});

await Promise.all(Array.from({ length: CLIENTS }, askOn));
