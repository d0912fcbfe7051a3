// `npm run bench:policy`: how long a decision takes, by number of rules, beside casbin and Cedar in the same run.
// Options: --sizes 10,1000,..., --write (appends the table to POLICY.md).
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Measured } from "./policy/measure.ts";
import { PEERS } from "./policy/peers.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10,1000,10000,100000,1000000" },
    write: { type: "boolean", default: false },
  },
});
const SIZES = values.sizes.split(",").map(Number);
const KINDS = ["rbac", "keyMatch2"] as const;
const TABLE = join(import.meta.dirname, "POLICY.md");
const HEAD = [
  "| matcher | engine | rules | hit us | miss us | stranger us | build ms | attach ms | image MB | resident MB |",
  "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
];

const lines = [...HEAD, ...KINDS.flatMap((kind) => ofKind(kind))];
const layered = measure(["weir", "first decision"]);
const cpu = cpus()[0]?.model ?? "?";
const day = new Date().toISOString().slice(0, 10);
const text = [
  `### ${day}, ${cpus().length} cores, ${cpu.trim()}, Node ${process.version}`,
  "",
  ...lines,
  "",
  `First decision of a user below 10 layers of 50 roles, all linked: median ${shown(layered.hitUs)} us, worst of 50 ${shown(layered.missUs)} us.`,
  "",
].join("\n");
process.stdout.write(text);
if (values.write) insert(text);

function ofKind(kind: (typeof KINDS)[number]): string[] {
  const peers = Object.entries(PEERS).filter(([, { kinds }]) => kinds.includes(kind));
  return SIZES.flatMap((size) => {
    const engines = peers.filter(([, { most }]) => size <= most).map(([name]) => name);
    return ["weir", ...engines].map((name) => row([kind, name, size]));
  });
}

function row([kind, name, size]: readonly [string, string, number]): string {
  const one = measure([name, kind, String(size)]);
  const ofWeir = [one.attachMs, one.imageMb].map((value) => (name === "weir" ? shown(value) : ""));
  const times = [one.hitUs, one.missUs, one.strangerUs, one.buildMs].map(shown);
  const cells = [kind, name, size.toLocaleString("en"), ...times, ...ofWeir, shown(one.residentMb)];
  process.stderr.write(`${cells.join("  ")}\n`);
  return `| ${cells.join(" | ")} |`;
}

/** In a process of its own, so that no engine pays for another's memory or for what V8 learned of it. */
function measure(given: readonly string[]): Measured {
  const file = join(import.meta.dirname, "policy", "measure.ts");
  const options = ["--max-old-space-size=8192", file, ...given];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${given.join(" ")}: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

/** Behind the section's last table. */
function insert(table: string): void {
  const before = readFileSync(TABLE, "utf8").trimEnd();
  writeFileSync(TABLE, `${before}\n\n${table}`);
}
