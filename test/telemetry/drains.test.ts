// What services send: kept whole or refused, and each stream drains by itself, beside the request rows and behind none.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLog, silentLog } from "../../src/core/log.ts";
import { createDrains, type Drains, type SignalSpools } from "../../src/telemetry/drains.ts";
import { createLineSpool } from "../../src/telemetry/line-spool.ts";
import type { Batch, Delivery, Sink } from "../../src/telemetry/sink.ts";
import { SpoolGauge } from "../../src/telemetry/spool-gauge.ts";
import { nodeFiles } from "../../src/telemetry/spool-segment.ts";
import type { Spool } from "../../src/telemetry/spool.ts";
import { SIGNALS, STREAMS } from "../../src/telemetry/streams.ts";
import { drainsOptions, line, linesOn, namesIn, signalsIn } from "./support/signal-kit.ts";
import { numbered, spoolIn, tempFolder, TokenSink, writerOn } from "./support/spool-kit.ts";

/** Remembers what it stores by table, once a token. */
class TableSink implements Sink {
  readonly #tokens = new Set<string>();
  readonly names = new Map<string, string[]>();
  readonly columns = new Map<string, readonly string[]>();
  /** What to answer next. */
  plan: (batch: Batch) => Promise<Delivery["kind"]> | Delivery["kind"] = () => "stored";
  underWay = 0;
  most = 0;

  readonly write = async (batch: Batch): Promise<Delivery> => {
    this.most = Math.max(this.most, ++this.underWay);
    const kind = await this.plan(batch);
    this.underWay--;
    if (kind !== "stored") return { kind, reason: "told to" };
    const known = this.names.get(batch.table) ?? [];
    if (!this.#tokens.has(batch.token)) known.push(...namesIn(batch.body));
    this.#tokens.add(batch.token);
    this.names.set(batch.table, known);
    this.columns.set(batch.table, batch.columns);
    return { kind };
  };
}

interface System {
  readonly requests: Spool;
  readonly signals: SignalSpools;
  readonly rows: TokenSink;
  readonly sink: TableSink;
  readonly drains: Drains;
}

function systemIn(folder: string, log = silentLog): System {
  const requests = spoolIn(folder);
  const signals = signalsIn(folder);
  const rows = new TokenSink();
  const sink = new TableSink();
  const options = drainsOptions({ requests, rows, signals, sink });
  return { requests, signals, rows, sink, drains: createDrains({ ...options, log }) };
}

test("each stream goes to its own table with its own columns, and what nobody sent costs no file", async () => {
  using folder = tempFolder();
  const { requests, signals, rows, sink, drains } = systemIn(folder.path);
  await drains.start();
  writerOn(requests).append(numbered(1));
  for (const name of SIGNALS.filter((each) => each !== "summary")) {
    const lines = linesOn(signals[name], name);
    expect(lines.append(Buffer.concat([line(`${name}-1`), line(`${name}-2`)]))).toBe(true);
    lines.close();
  }
  await drains.flush();
  expect(rows.rows).toEqual(["1"]);
  for (const name of SIGNALS.filter((each) => each !== "summary")) {
    const { table, columns } = STREAMS[name];
    expect(sink.names.get(table)).toEqual([`${name}-1`, `${name}-2`]);
    expect(sink.columns.get(table)).toBe(columns);
    expect(drains.signals().get(name)).toMatchObject({ storedRows: 2, pendingBytes: 0, lagMs: 0 });
  }
  expect(drains.signals().has("summary")).toBe(false);
  expect(drains.stats().storedRows).toBe(1);
  await drains.stop();
  expect(readdirSync(signals.summary.folder)).toEqual([]);
  expect(existsSync(join(requests.folder, "lock"))).toBe(false);
});

test("a full spool keeps what it has and takes nothing more until it is drained; nothing is kept by halves", async () => {
  using folder = tempFolder();
  const { signals, sink, drains } = systemIn(folder.path);
  const spool = { ...signals.logs, maxBytes: 20_000, segmentBytes: 5000 };
  const lines = linesOn(spool, "logs");
  const gauge = new SpoolGauge(spool.gauge);
  const batch = (number: number) =>
    Buffer.concat(Array.from({ length: 40 }, (_, at) => line(`${String(number)}.${String(at)}`)));
  let taken = 0;
  while (lines.append(batch(taken))) taken++;
  expect(taken).toBeGreaterThan(10);
  expect(gauge.usedBytes).toBeLessThanOrEqual(20_000);
  expect(lines.append(batch(taken))).toBe(false);
  await drains.start();
  await drains.flush();
  expect(lines.append(batch(taken++))).toBe(true);
  await drains.flush();
  await drains.stop();
  expect(sink.names.get("otel_logs")).toHaveLength(taken * 40);
  expect(new Set(sink.names.get("otel_logs")).size).toBe(taken * 40);
  expect(drains.signals().get("logs")).toMatchObject({ droppedRows: 0, storedRows: taken * 40 });
});

test("a failing disk refuses lines, says so once, and takes them again", () => {
  using folder = tempFolder();
  const spool = signalsIn(folder.path).spans;
  const events: string[] = [];
  const log = createLog("info", (text) =>
    events.push((JSON.parse(text) as { event: string }).event),
  );
  const clock = { ...systemClock, ms: 0, wallMs: () => clock.ms };
  let isFull = false;
  const files = {
    ...nodeFiles,
    writeSync: (...from: Parameters<typeof nodeFiles.writeSync>) => {
      if (isFull) throw new Error("ENOSPC: no space left on device");
      return nodeFiles.writeSync(...from);
    },
  };
  const lines = createLineSpool({ spool, writer: 0, rowVersion: 1, log, clock, files });
  const append = (name: string, atMs: number): boolean => {
    clock.ms = atMs;
    return lines.append(line(name));
  };
  expect(append("a", 1000)).toBe(true);
  isFull = true;
  expect([append("b", 2000), append("c", 3500)]).toEqual([false, false]);
  isFull = false;
  expect([append("d", 3600), append("e", 5000)]).toEqual([false, true]);
  expect(events).toEqual(["spool_write_failed", "spool_write_recovered"]);
  const [segment = ""] = readdirSync(spool.folder);
  expect(namesIn(readFileSync(join(spool.folder, segment)))).toEqual(["a", "e"]);
});

test("what an earlier run left is stored by the next, under the token it was tried with", async () => {
  using folder = tempFolder();
  const first = systemIn(folder.path);
  const tokens: string[] = [];
  first.sink.plan = ({ token }) => {
    tokens.push(token);
    return "retry";
  };
  linesOn(first.signals.histogram, "histogram").append(line("left"));
  await first.drains.start();
  await expect.poll(() => tokens.length, { interval: 5 }).toBeGreaterThan(0);
  await first.drains.stop(1);
  const next = systemIn(folder.path);
  next.sink.plan = ({ token }) => {
    expect(token).toBe(tokens[0]);
    return "stored";
  };
  await next.drains.start();
  await next.drains.flush();
  await next.drains.stop();
  expect(next.sink.names).toEqual(new Map([["otel_metrics_histogram", ["left"]]]));
});

test("a line the store will never take goes to its stream's dead letters, and is said with the stream's name", async () => {
  using folder = tempFolder();
  const said: unknown[] = [];
  const log = createLog("info", (text) => said.push(JSON.parse(text)));
  const { signals, sink, drains } = systemIn(folder.path, log);
  sink.plan = ({ body }) => (body.includes("bad") ? "rejected" : "stored");
  const names = ["a", "b", "bad", "c"];
  linesOn(signals.spans, "spans").append(Buffer.concat(names.map(line)));
  await drains.start();
  await drains.flush();
  expect(drains.signals().get("spans")).toMatchObject({ storedRows: 3, rejectedRows: 1 });
  await drains.stop();
  expect(sink.names.get("otel_spans")).toEqual(["a", "b", "c"]);
  const letters = join(signals.spans.folder, "dead-letter");
  const [file = ""] = readdirSync(letters);
  expect(readFileSync(join(letters, file), "utf8")).toContain("bad");
  expect(said).toEqual([
    expect.objectContaining({ event: "rows_rejected", stream: "spans", rows: 1 }),
  ]);
});

test("a store that never answers signals leaves request rows alone, and one that refuses a stream the others", async () => {
  using folder = tempFolder();
  const { requests, signals, rows, sink, drains } = systemIn(folder.path);
  const hanging = Promise.withResolvers<"stored">();
  const asked = new Set<string>();
  sink.plan = ({ table }) => {
    asked.add(table);
    if (table === "otel_logs") return "retry";
    return table === "otel_spans" ? hanging.promise : "stored";
  };
  for (const name of ["logs", "gauge"] as const) linesOn(signals[name], name).append(line(name));
  await drains.start();
  await expect.poll(() => sink.names.get("otel_metrics_gauge"), { interval: 5 }).toBeDefined();
  linesOn(signals.spans, "spans").append(line("spans"));
  await expect.poll(() => asked.has("otel_spans"), { interval: 5 }).toBe(true);
  const writer = writerOn(requests);
  for (let number = 0; number < 20; number++) {
    writer.append(numbered(number));
    await expect.poll(() => rows.rows.length, { interval: 5 }).toBe(number + 1);
  }
  expect(sink.names.has("otel_logs")).toBe(false);
  sink.plan = () => "stored";
  hanging.resolve("stored");
  await drains.flush();
  await drains.stop();
  expect([sink.names.get("otel_logs"), sink.names.get("otel_spans")]).toEqual([
    ["logs"],
    ["spans"],
  ]);
  expect(sink.most).toBe(1);
});
