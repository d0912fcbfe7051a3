// Entry of the demo's traffic generator: several callers, some of them denied, at a rate that breathes.
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "../../core/node-http.ts";
import { announce, followParent, untilNews } from "./child.ts";
import { DEMO_KEYS } from "./identities.ts";

interface Habit {
  /** Share of the traffic, relative to the others. */
  readonly weight: number;
  readonly subject: string;
  readonly method: string;
  /** "#" becomes a number. */
  readonly path: string;
}

const HABITS: readonly Habit[] = [
  { weight: 30, subject: "", method: "GET", path: "/catalogue/items/#" },
  { weight: 8, subject: "", method: "GET", path: "/catalogue" },
  { weight: 25, subject: "alice", method: "GET", path: "/orders/#" },
  { weight: 10, subject: "alice", method: "GET", path: "/orders" },
  { weight: 8, subject: "alice", method: "POST", path: "/orders" },
  { weight: 8, subject: "bob", method: "GET", path: "/orders/#" },
  { weight: 4, subject: "bob", method: "GET", path: "/payments/#" },
  { weight: 2, subject: "bob", method: "POST", path: "/orders" },
  { weight: 2, subject: "carol", method: "DELETE", path: "/orders/#" },
  { weight: 3, subject: "dave", method: "GET", path: "/orders/#" },
  { weight: 2, subject: "alice", method: "DELETE", path: "/orders/#" },
  { weight: 2, subject: "mallory", method: "GET", path: "/orders/#" },
  { weight: 1, subject: "", method: "GET", path: "/orders/#" },
  { weight: 1, subject: "", method: "GET", path: "/nowhere" },
];

const MEAN_RATE = 40;
const BREATH_MS = 120_000;
const TOTAL_WEIGHT = HABITS.reduce((sum, { weight }) => sum + weight, 0);
const KEYS = new Map(DEMO_KEYS.map(({ subject, key }) => [subject, key]));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

followParent();
const news = untilNews();
announce({ port: 0 });
const { proxy } = await news;
for (;;) {
  send(habit(), proxy);
  await sleep(pauseMs());
}

/** Requests come by chance, not in step; the rate goes up and down by a third every two minutes. */
function pauseMs(): number {
  const rate = MEAN_RATE * (1 + Math.sin((Date.now() / BREATH_MS) * 2 * Math.PI) / 3);
  return (-Math.log(1 - Math.random()) * 1_000) / rate;
}

function habit(): Habit {
  let left = Math.random() * TOTAL_WEIGHT;
  const chosen = HABITS.find(({ weight }) => (left -= weight) <= 0);
  return chosen ?? (HABITS[0] as Habit);
}

/** Answers are read and forgotten: what became of them is weir's to tell. */
function send({ subject, method, path }: Habit, target: string): void {
  const key = subject === "" ? undefined : (KEYS.get(subject) ?? "not-a-key-at-all");
  const outgoing = request(
    `${target}${path.replace("#", String(1 + Math.floor(Math.random() * 500)))}`,
    { method, agent, headers: { "user-agent": "weir-demo", ...(key ? { "x-api-key": key } : {}) } },
    (response) => response.resume(),
  );
  outgoing.on("error", () => undefined);
  outgoing.end();
}
