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

const FIRST = ["weir", "first decision"];
const OWN = KINDS.flatMap((kind) => SIZES.map((size) => ["weir", kind, String(size)]));
const measured = new Map<string, Measured[]>();

// weir's own in rounds before and behind the peers: a shared machine's speed changes by the minute.
for (let round = 0; round < 3; round++) measureAll([...OWN, FIRST]);
for (const kind of KINDS) {
  measureAll(peerCells(kind));
  measureAll([...OWN, FIRST]);
}
const lines = [...HEAD, ...KINDS.flatMap((kind) => rowsOf(kind))];
const layered = medianOf(FIRST);
const cpu = cpus()[0]?.model ?? "?";
const day = new Date().toISOString().slice(0, 10);
const text = [
  `### ${day}, ${cpus().length} cores, ${cpu.trim()}, Node ${process.version}`,
  "",
  ...lines,
  "",
  `First decisions of 50 users below 10 layers of 50 roles, all linked: the very first ${shown(layered.strangerUs)} us, median ${shown(layered.hitUs)} us, worst ${shown(layered.missUs)} us.`,
  "",
].join("\n");
process.stdout.write(text);
if (values.write) insert(text);

/** [engine, matcher, rules] */
type Cell = readonly string[];

function peerCells(kind: (typeof KINDS)[number]): Cell[] {
  const peers = Object.entries(PEERS).filter(([, { kinds }]) => kinds.includes(kind));
  return SIZES.flatMap((size) =>
    peers.filter(([, { most }]) => size <= most).map(([name]) => [name, kind, String(size)]),
  );
}

function measureAll(cells: readonly Cell[]): void {
  for (const cell of cells) {
    const one = measure(cell);
    process.stderr.write(`${cell.join("  ")}  ${shown(one.hitUs)}  ${shown(one.missUs)}\n`);
    measured.set(cell.join(" "), [...(measured.get(cell.join(" ")) ?? []), one]);
  }
}

/** Of each figure by itself. */
function medianOf(cell: Cell): Measured {
  const all = measured.get(cell.join(" ")) ?? [];
  const [first] = all;
  if (first === undefined) throw new Error(`${cell.join(" ")} was not measured`);
  const middle = (key: keyof Measured): number =>
    all.map((one) => one[key]).sort((one, other) => one - other)[all.length >> 1] ?? Number.NaN;
  const keys = Object.keys(first) as (keyof Measured)[];
  return Object.fromEntries(keys.map((key) => [key, middle(key)])) as unknown as Measured;
}

function rowsOf(kind: (typeof KINDS)[number]): string[] {
  const peers = peerCells(kind);
  return SIZES.flatMap((size) => {
    const ofSize = [...OWN, ...peers].filter(
      ([, of, rules]) => of === kind && rules === String(size),
    );
    return ofSize.map(row);
  });
}

function row(cell: Cell): string {
  const [name = "", kind = "", size = ""] = cell;
  const one = medianOf(cell);
  const ofWeir = [one.attachMs, one.imageMb].map((value) => (name === "weir" ? shown(value) : ""));
  const times = [one.hitUs, one.missUs, one.strangerUs, one.buildMs].map(shown);
  const rules = Number(size).toLocaleString("en");
  return `| ${[kind, name, rules, ...times, ...ofWeir, shown(one.residentMb)].join(" | ")} |`;
}

/** In a process of its own, so that no engine pays for another's memory or for what V8 learned of it. */
function measure(given: Cell): Measured {
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
