// Request rows as traffic makes them: many routes, callers and paths, skewed as such things are, ids that don't compress.
import type { Random } from "../../../src/core/clock.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";

const ROUTES = 60;
const CALLERS = 5_000;
const MILLIS = 1e6;
const WORDS = [
  "orders",
  "payments",
  "users",
  "carts",
  "search",
  "stock",
  "mails",
  "files",
  "prices",
];
const AGENTS = Array.from(
  { length: 40 },
  (_, at) =>
    `Mozilla/5.0 (X11; Linux x86_64; rv:${String(100 + at)}.0) Gecko/20100101 Firefox/${String(100 + at)}.0`,
);

/** What a route's rows have in common: strings of the config and of the policy, which all its rows share. */
interface Route {
  readonly name: string;
  readonly service: string;
  readonly prefix: string;
  readonly rules: Readonly<Record<"GET" | "POST", string>>;
  readonly ruleSource: string;
  readonly endpoints: readonly string[];
}

const ROUTE_TABLE: readonly Route[] = Array.from({ length: ROUTES }, (_, at) => {
  const service = WORDS[at % WORDS.length] ?? "";
  const prefix = `/api/v${String(1 + (at % 3))}/${service}`;
  return {
    name: `${service}-${String(at)}`,
    service,
    prefix,
    rules: {
      GET: `p, customer, ${prefix}/*, GET, allow`,
      POST: `p, customer, ${prefix}/*, POST, allow`,
    },
    ruleSource: `policy.csv:${String(7 + at)}`,
    endpoints: [1, 2, 3].map((host) => `http://10.9.${String(at % 9)}.${String(host)}:8080`),
  };
});

/** A credential's identity is verified once, and shared by its requests. */
const IDENTITIES = Array.from({ length: CALLERS }, (_, at) => ({
  subject: `user-${String(at)}`,
  kind: "token" as const,
  issuer: "https://id.example.com",
  roles: ["customer"],
  attributes: {},
}));

/** Few are asked for often and most seldom: the n-th about 1/n as often as the first. */
function skewed(random: Random, count: number): number {
  return Math.floor(count ** random()) - 1;
}

/** Most near `median`, some far above, as durations are. */
function lasting(random: Random, median: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(median * Math.exp(normal * 0.7));
}

/** In one piece, as what parses a request makes its texts: a text put together is copied when it is first read. */
function inOnePiece(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

export function hexOf(random: Random, digits: number): string {
  let text = "";
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return inOnePiece(text.slice(0, digits));
}

/** One request; the caller gives the time, since rows come in order. */
export function requestRow(random: Random, atMs: number): RequestRecord {
  const record = new RequestRecord();
  record.startedAtMs = atMs;
  const route = ROUTE_TABLE[skewed(random, ROUTES)] as Route;
  const method = random() < 0.8 ? "GET" : "POST";
  record.method = method;
  nameIt(record, random, route);
  nameCaller(record, random);
  decide(record, random, { rule: route.rules[method], ruleSource: route.ruleSource });
  balance(record, random, route.endpoints);
  return record;
}

function nameIt(record: RequestRecord, random: Random, route: Route): void {
  record.traceId = hexOf(random, 32);
  record.spanId = hexOf(random, 16);
  record.traceFlags = random() < 0.1 ? 1 : 0;
  record.sampled = record.traceFlags === 1;
  record.configRevision = "4fd1c0a7be11";
  record.host = "shop.example.com";
  record.path = inOnePiece(`${route.prefix}/${String(skewed(random, 1e6))}`);
  record.query = random() < 0.2 ? `page=${String(skewed(random, 100))}` : "";
  record.route = route.name;
  record.service = route.service;
  record.requestBytes = record.method === "GET" ? 0 : lasting(random, 400);
}

function nameCaller(record: RequestRecord, random: Random): void {
  const caller = skewed(random, CALLERS);
  record.userAgent = AGENTS[caller % AGENTS.length] ?? "";
  record.headers = ["accept", "application/json"];
  record.clientAddress = inOnePiece(
    `10.${String(caller % 7)}.${String((caller >> 4) % 250)}.${String(caller % 250)}`,
  );
  record.identity = IDENTITIES[caller] ?? record.identity;
  record.authMethod = "jwt";
  record.authOutcome = "ok";
  record.identifyNs = lasting(random, 3_000);
}

function decide(
  record: RequestRecord,
  random: Random,
  { rule, ruleSource }: Pick<RequestRecord, "rule" | "ruleSource">,
): void {
  const { subject } = record.identity;
  record.decision = random() < 0.01 ? "deny" : "allow";
  record.rule = rule;
  record.ruleSource = ruleSource;
  record.policyRevision = "9b1de0a2f3c4";
  record.policyRequest = [subject, record.path, record.method];
  record.rolePath = [subject, "customer"];
  record.authorizeNs = lasting(random, 2_000);
}

function balance(record: RequestRecord, random: Random, endpoints: readonly string[]): void {
  record.status = record.decision === "deny" ? 403 : random() < 0.01 ? 503 : 200;
  record.durationNs = lasting(random, 12 * MILLIS);
  record.completed = true;
  record.responseBytes = lasting(random, 2_000);
  if (record.decision === "deny") return;
  record.picker = "adaptive";
  record.candidates = endpoints;
  record.candidateScores = endpoints.map(() => random() * 40);
  record.candidateInflight = endpoints.map(() => skewed(random, 20));
  record.upstream = endpoints[0] ?? "";
  record.balanceNs = lasting(random, 1_500);
  record.upstreamFirstByteNs = Math.round(record.durationNs * 0.9);
  record.upstreamNs = Math.round(record.durationNs * 0.95);
  record.attempts.push({
    upstream: record.upstream,
    startedNs: lasting(random, 20_000),
    durationNs: record.upstreamNs,
    status: record.status,
    error: "",
  });
}
