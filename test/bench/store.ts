// `npm run bench:store`: request rows and spans on their way from the encoder through spool and drain into the embedded
// store: how many a second, at what processor time of all that takes part, on how many bytes of disk; and how long new rows
// wait while a backlog drains. Options: --rows N, --spans N, --write (adds to STORE.md).
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { seededRandom } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { createStore } from "../../src/store/client.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { waitBehindBacklog } from "./store/backlog.ts";
import { type Ingested, ingestRows, ingestSpans, warmUp } from "./store/ingest.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "500000" },
    spans: { type: "string", default: "250000" },
    write: { type: "boolean", default: false },
  },
});
const SEED = 1;
/** Stored before anything is measured: what a process does once, as reading its code, is no price of rows. */
const FIRST = 100_000;

const folder = mkdtempSync(join(tmpdir(), "weir-bench-store-"));
mkdirSync(join(folder, "store"));
// A store that a busy machine holds up must not be taken for dead.
const options = { folder: join(folder, "store"), log: silentLog, silenceMs: 300_000 };
const embedded = createEmbeddedStore(options);
try {
  const store = createStore({ url: await embedded.start() });
  await migrate(store, DEFAULTS.retention);
  const bench = { folder, store, storePid: embedded.pid() ?? 0, random: seededRandom(SEED) };
  await warmUp(bench, FIRST);
  const rows = await ingestRows(bench, Number(values.rows));
  const spans = await ingestSpans(bench, Number(values.spans));
  const waits = await waitBehindBacklog(bench, Number(values.rows));
  await store.close();
  report([rows, spans], waits);
} finally {
  await embedded.stop();
  rmSync(folder, { recursive: true });
}

function report(ingested: readonly Ingested[], waits: readonly number[]): void {
  const day = new Date().toISOString().slice(0, 10);
  const sorted = waits.toSorted((a, b) => a - b);
  const seconds = (share: number): string =>
    ((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) / 1000).toFixed(1);
  const text = [
    `## ${day}, ${String(cpus().length)} cores, ${cpus()[0]?.model ?? ""}, Node ${process.version}`,
    "",
    "| what | rows | stored a second | CPU us a row: writer | drain | store | its merges | all | bytes in the spool | on disk |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...ingested.map(line),
    "",
    `While ${values.rows} rows of backlog drained, one row a tenth of a second came: stored after ${seconds(0.5)} s in the middle, ${seconds(1)} s at most.`,
    "",
  ].join("\n");
  console.log(text);
  if (values.write) appendFileSync(join(import.meta.dirname, "STORE.md"), `\n${text}`);
}

function line({ name, rows, perSecond, micros, bytes }: Ingested): string {
  const all = micros.writer + micros.drain + micros.store + micros.merges;
  const cells = [
    name,
    String(rows),
    String(Math.round(perSecond)),
    ...[micros.writer, micros.drain, micros.store, micros.merges, all].map((each) =>
      each.toFixed(1),
    ),
    bytes.spooled.toFixed(0),
    bytes.stored.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}
