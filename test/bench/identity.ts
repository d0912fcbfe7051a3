// `npm run bench:identity`: what it costs a data worker to know who calls, for callers verified before, by each method.
// Processor time of identify() over windows that take turns, each over header lists and strings of its own, as the parser
// makes them; "nobody asked" is the loop itself. Options: --rounds N, --requests N (a window).
import { parseArgs } from "node:util";
import { HeaderList } from "../../src/core/header-list.ts";
import { identityCases, CALLERS, type IdentityCase } from "./identity/cases.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "31" },
    requests: { type: "string", default: "20000" },
  },
});
const ROUNDS = Number(values.rounds);
const REQUESTS = Number(values.requests);
const COMMON = [
  "host",
  "a.test",
  "accept",
  "*/*",
  "user-agent",
  "bench",
  "accept-encoding",
  "gzip",
];

const { identifier, cases } = await identityCases();

/** A string of its own each time, as a parser makes it. */
function headersOf({ fieldOf }: IdentityCase, at: number): HeaderList {
  const field = fieldOf(at).map((text) => Buffer.from(text).toString("latin1"));
  const headers = new HeaderList([...COMMON, ...field]);
  // Earlier stages have looked for Host by now.
  headers.get("host");
  return headers;
}

/** Microseconds of the processor a request. */
function costOf(each: IdentityCase): number {
  const { methods, callerOf } = each;
  const all = Array.from({ length: REQUESTS }, (_, at) => headersOf(each, at));
  const before = process.cpuUsage();
  for (const [at, headers] of all.entries()) {
    const found = identifier.identify(headers, methods, callerOf(at));
    if (found instanceof Promise || !found.isAdmitted) throw new Error(`${each.name}: not known`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

function quantile(all: readonly number[], share: number): string {
  const sorted = all.toSorted((one, other) => one - other);
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
}

for (const each of cases) {
  for (let at = 0; at < CALLERS; at++) {
    await identifier.identify(headersOf(each, at), each.methods, each.callerOf(at));
  }
}
const costs = new Map(cases.map((each) => [each, [] as number[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [each, seen] of costs) seen.push(costOf(each));
}
console.log("| caller known by | us, median | quarter below | quarter above |");
console.log("| --------------- | ---------: | ------------: | ------------: |");
for (const [{ name }, seen] of costs) {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(seen, share));
  console.log(
    `| ${name.padEnd(15)} | ${middle?.padStart(10)} | ${low?.padStart(13)} | ${high?.padStart(13)} |`,
  );
}
