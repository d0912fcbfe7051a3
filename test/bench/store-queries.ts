// `npm run bench:queries`: a month of made-up traffic in the embedded store, and how long it takes to answer what people
// ask of it: all boards' panels for an hour, a day and a month, traces, errors of a route, words in logs.
// Options: --rows N, --logs N, --spans N, --times N, --only REGEXP, --folder F (kept, and used again), --write (adds to QUERIES.md).
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { silentLog } from "../../src/core/log.ts";
import { createStore, type Store } from "../../src/store/client.ts";
import { closeSums, SUM_TABLES } from "../../src/store/closings.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { type Asked, askAll, WINDOWS } from "./queries/ask.ts";
import { fillRequests } from "./queries/fill-requests.ts";
import { fillSignals } from "./queries/fill-signals.ts";
import { type Command, patientCommand } from "./queries/patient-command.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000000" },
    logs: { type: "string", default: "20000000" },
    spans: { type: "string", default: "5000000" },
    times: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    folder: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const folder = values.folder ?? mkdtempSync(join(tmpdir(), "weir-bench-queries-"));
// A store that a busy machine holds up must not be taken for dead.
const embedded = createEmbeddedStore({ folder, log: silentLog, silenceMs: 600_000 });
try {
  const url = await embedded.start();
  const store = createStore({ url });
  // Nothing ages while it is measured, but the finest sums.
  await migrate(store, { ...DEFAULTS.retention, requests_days: 60, rollup_1m_days: 60 });
  const untilMs = await filledUntilMs(store, patientCommand(url));
  const full = { store, storePid: embedded.pid() ?? 0, untilMs, times: Number(values.times) };
  report(await askAll(full, new RegExp(values.only)), await sizes(store));
  await store.close();
} finally {
  await embedded.stop();
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}

/** Fills what is missing, also after a fill that was ended before its time. */
async function filledUntilMs(store: Store, command: Command): Promise<number> {
  const { rows } = await store.query(
    `SELECT (SELECT count() FROM requests) AS filled, (SELECT toUnixTimestamp(max(started_at)) FROM requests) AS newest,
      (SELECT count() FROM otel_logs) AS logs`,
  );
  const [filled, newest, logs] = ["filled", "newest", "logs"].map((name) =>
    Number(rows[0]?.[name]),
  );
  const untilS = filled === 0 ? Math.floor(Date.now() / 1000) : (newest ?? 0) + 1;
  const month = { untilS, rows: Number(values.rows), filled: filled ?? 0 };
  const put = await fillRequests(command, month, (done) => {
    process.stderr.write(`\r${String(done)} rows`);
  });
  if (put > 0) await mergeSums(store, command, untilS);
  if (logs === 0) {
    await fillSignals(command, untilS, { logs: Number(values.logs), spans: Number(values.spans) });
  }
  return untilS * 1000;
}

/** All came late, so that each chunk left its own part of a week: merged they are what is made of a week that is over. */
async function mergeSums(store: Store, command: Command, untilS: number): Promise<void> {
  for (const table of SUM_TABLES) await command(`OPTIMIZE TABLE ${table} FINAL`);
  await closeSums(store, untilS);
}

async function sizes(store: Store): Promise<string> {
  const { rows } = await store.query(
    `SELECT table, sum(rows) AS count, formatReadableSize(sum(bytes_on_disk)) AS size FROM system.parts
     WHERE active AND database = currentDatabase() GROUP BY table HAVING count > 1000 ORDER BY count DESC`,
  );
  return rows
    .map((row) => `${String(row["table"])} ${String(row["count"])} (${String(row["size"])})`)
    .join(", ");
}

function report(asked: readonly Asked[], stored: string): void {
  const day = new Date().toISOString().slice(0, 10);
  const groups = Object.keys(WINDOWS);
  const panels = Map.groupBy(
    asked.filter(({ group }) => groups.includes(group)),
    ({ name }) => name,
  );
  const others = asked.filter(({ group }) => !groups.includes(group));
  const text = [
    `## ${day}, ${String(cpus().length)} cores, ${cpus()[0]?.model ?? ""}, Node ${process.version}`,
    "",
    `Rows: ${stored}. Each was asked ${values.times} times.`,
    "",
    `| panel | ${groups.map((group) => `${group}: p50 | p95 | CPU`).join(" | ")} |`,
    `| --- |${groups.map(() => " ---: | ---: | ---: |").join("")}`,
    ...[...panels].map(([name, of]) => `| ${name} | ${of.map(cells).join(" | ")} |`),
    "",
    "| question | p50 | p95 | CPU | rows |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...others.map((each) => `| ${each.group}: ${each.name} | ${cells(each)} | ${each.rows} |`),
    "",
  ].join("\n");
  console.log(text);
  for (const { group, name, fault } of asked)
    if (fault !== "") console.log(`${group} ${name}: ${fault}`);
  if (values.write) appendFileSync(join(import.meta.dirname, "QUERIES.md"), `\n${text}`);
}

function cells({ wallMs, cpuMs, fault }: Asked): string {
  if (fault !== "") return "failed | |";
  const at = (share: number): string =>
    (wallMs[Math.ceil(wallMs.length * share) - 1] ?? 0).toFixed(0);
  return `${at(0.5)} | ${at(0.95)} | ${cpuMs.toFixed(0)}`;
}
