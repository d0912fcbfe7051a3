// One stream from records to stored rows in two steps, so that each is measured alone: all into the spool, then all out of it.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Store } from "../../../src/store/client.ts";
import { createDrain, type DrainOptions } from "../../../src/telemetry/drain.ts";
import { createLineSpool } from "../../../src/telemetry/line-spool.ts";
import { SpoolGauge } from "../../../src/telemetry/spool-gauge.ts";
import { createSpoolWriter } from "../../../src/telemetry/spool-writer.ts";
import { createSpool, type Spool } from "../../../src/telemetry/spool.ts";
import { type StreamName, STREAMS } from "../../../src/telemetry/streams.ts";
import { processMicros } from "../cpu-time.ts";
import { requestRow } from "./rows.ts";
import { spanLine } from "./spans.ts";

export interface Bench {
  readonly folder: string;
  readonly store: Store;
  readonly storePid: number;
  readonly random: Random;
}

export interface Ingested {
  readonly name: string;
  readonly rows: number;
  readonly perSecond: number;
  /** Processor time for a row. */
  readonly micros: Readonly<Record<"writer" | "drain" | "store" | "merges", number>>;
  /** For a row. */
  readonly bytes: Readonly<Record<"spooled" | "stored", number>>;
}

const MEBI = 1024 * 1024;
/** Rows of as much traffic as a busy gateway has within the hour. */
const A_SECOND = 1_000;
/** What a worker writes in one turn under load. */
const AT_ONCE = 50;
const CHUNK = 5_000;

export function spoolFor(bench: Bench, stream: StreamName, run: string): Spool {
  const folder = join(bench.folder, run, stream);
  const sizes = { maxBytes: 16_384 * MEBI, segmentBytes: 16 * MEBI };
  return createSpool({ folder, ...sizes, whenFull: "refuse", writers: 1 });
}

export function drainOptionsOf(bench: Bench, stream: StreamName, spool: Spool): DrainOptions {
  return {
    stream: STREAMS[stream],
    spool,
    sink: bench.store,
    log: silentLog,
    clock: systemClock,
    random: Math.random,
  };
}

/** Puts rows into the spool as fast as it goes; gives the processor time of encoding and writing alone. */
export function fillRows(bench: Bench, spool: Spool, count: number): number {
  const writer = createSpoolWriter({
    spool,
    instance: "bench-1",
    worker: 0,
    log: silentLog,
    clock: systemClock,
  });
  const sinceMs = Date.now() - (count / A_SECOND) * 1000;
  let micros = 0;
  for (let from = 0; from < count; from += AT_ONCE) {
    // As in a worker, what is written is of this turn: thousands of records kept at hand had V8 copy them at the writer's cost.
    const records = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) =>
      requestRow(bench.random, sinceMs + ((from + at) / A_SECOND) * 1000 + bench.random()),
    );
    micros += microsOf(() => writer.appendAll(records));
  }
  writer.close();
  return micros;
}

export async function warmUp(bench: Bench, count: number): Promise<void> {
  const spool = spoolFor(bench, "requests", "first");
  fillRows(bench, spool, count);
  const drain = createDrain(drainOptionsOf(bench, "requests", spool));
  await drain.start();
  await drain.flush();
  await drain.stop();
}

export async function ingestRows(bench: Bench, count: number): Promise<Ingested> {
  const spool = spoolFor(bench, "requests", "rows");
  const writer = fillRows(bench, spool, count) / count;
  return drained(bench, { name: "request rows", stream: "requests", spool, count, writer });
}

/** The lines come encoded, so that of the writer only the writing is counted. */
export async function ingestSpans(bench: Bench, count: number): Promise<Ingested> {
  const spool = spoolFor(bench, "spans", "spans");
  const options = { spool, writer: 0, rowVersion: STREAMS.spans.rowVersion };
  const lines = createLineSpool({ ...options, log: silentLog, clock: systemClock });
  const sinceMs = Date.now() - (count / A_SECOND) * 1000;
  let micros = 0;
  for (let from = 0; from < count; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, count - from) }, (_, at) =>
      spanLine(bench.random, sinceMs + ((from + at) / A_SECOND) * 1000),
    );
    const bytes = Buffer.from(chunk.join(""));
    micros += microsOf(() => lines.append(bytes));
  }
  lines.close();
  return drained(bench, { name: "spans", stream: "spans", spool, count, writer: micros / count });
}

interface Filled {
  readonly name: string;
  readonly stream: StreamName;
  readonly spool: Spool;
  readonly count: number;
  readonly writer: number;
}

async function drained(
  bench: Bench,
  { name, stream, spool, count, writer }: Filled,
): Promise<Ingested> {
  const spooled = new SpoolGauge(spool.gauge).usedBytes / count;
  const bytesBefore = await bytesOf(bench.store, stream);
  const before = [process.cpuUsage(), processMicros(bench.storePid)] as const;
  const startedMs = performance.now();
  const drain = createDrain(drainOptionsOf(bench, stream, spool));
  await drain.start();
  await drain.flush();
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before[0]);
  const inserted = processMicros(bench.storePid);
  await drain.stop();
  await mergesEnd(bench.store);
  const merged = processMicros(bench.storePid);
  const micros = {
    writer,
    drain: (user + system) / count,
    store: (inserted - before[1]) / count,
    merges: (merged - inserted) / count,
  };
  const stored = ((await bytesOf(bench.store, stream)) - bytesBefore) / count;
  return { name, rows: count, perSecond: count / seconds, micros, bytes: { spooled, stored } };
}

function microsOf(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Merges go on after the last row; what they cost is its cost, too. */
async function mergesEnd(store: Store): Promise<void> {
  for (let calm = 0; calm < 6;) {
    await sleep(500);
    const { rows } = await store.query("SELECT count() AS count FROM system.merges");
    calm = rows[0]?.["count"] === 0 ? calm + 1 : 0;
  }
}

/** With the marks and indexes of its parts. */
async function bytesOf(store: Store, stream: StreamName): Promise<number> {
  const table = stream === "requests" ? "requests" : STREAMS[stream].table;
  const { rows } = await store.query(
    "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = {table:String}",
    { table },
  );
  return Number(rows[0]?.["bytes"] ?? 0);
}
