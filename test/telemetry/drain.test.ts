// The drain delivers every row once by token, whatever the sink answers and whenever the process ends.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLog } from "../../src/core/log.ts";
import { COLUMNS_BY_VERSION, SPOOLED_COLUMNS } from "../../src/telemetry/columns.ts";
import { DeadLetters } from "../../src/telemetry/dead-letter.ts";
import { createDrain } from "../../src/telemetry/drain.ts";
import type { GroupValues } from "../../src/telemetry/groups/row-group.ts";
import {
  drainOptions,
  numbered,
  pathsIn,
  spoolIn,
  tempFolder,
  TokenSink,
  writerOn,
} from "./support/spool-kit.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at));

test("rows of open segments arrive without a rotation, and the spool is empty afterwards", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  const writers = [writerOn(spool), writerOn(spool, { worker: 1 })];
  for (const number of numbers(100)) writers[Number(number) % 2]?.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(sink.rows.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(100));
  expect(sink.inserts).toBe(1);
  expect(drain.stats()).toMatchObject({
    storedRows: 100,
    pendingBytes: 0,
    pendingRows: 0,
    lagMs: 0,
  });
  await drain.stop();
});

test("a sink that commits and then breaks gets the same bytes under the same token again", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  const bodies = new Set<string>();
  let tries = 0;
  sink.plan = ({ token, body }) => {
    bodies.add(`${token} ${body.toString("base64")}`);
    return ++tries < 4 ? "lost" : "stored";
  };
  const writer = writerOn(spool);
  for (const number of numbers(10)) writer.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect(tries).toBe(4);
  expect(bodies.size).toBe(1);
  expect(sink.rows).toEqual(numbers(10));
});

test("rows are seen once, as they are written, whether the store takes them or not", async () => {
  using folder = tempFolder();
  const seen: string[] = [];
  const rowsSeen = async (count: number): Promise<void> => {
    await expect.poll(() => seen.length, { interval: 5 }).toBe(count);
  };
  // What a former run left is nothing new.
  writerOn(spoolIn(folder.path)).append(numbered("former"));
  const spool = spoolIn(folder.path, { segmentBytes: 65_536 });
  const sink = new TokenSink();
  let isAway = true;
  sink.plan = () => (isAway ? "retry" : "stored");
  const see = (groups: readonly GroupValues[]): void => {
    for (const group of groups)
      seen.push(...group.values("path").map((path) => String(path).slice(1)));
  };
  const drain = createDrain({ ...drainOptions(spool, sink), see });
  await drain.start();
  const writer = writerOn(spool);
  for (const number of numbers(500)) writer.append(numbered(number));
  await rowsSeen(500);
  expect(sink.rows).toEqual([]);
  isAway = false;
  for (const number of numbers(1000).slice(500)) writer.append(numbered(number));
  await drain.flush();
  await rowsSeen(1000);
  expect(new Set(seen)).toEqual(new Set(numbers(1000)));
  expect(sink.rows).toHaveLength(1001);
  await drain.stop();
});

test("the folder is read where the gauge has moved, and every ten seconds for what was never counted", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  const clock = { ...systemClock, ms: 1e12, wallMs: () => clock.ms };
  const drain = createDrain({ ...drainOptions(spool, sink), clock });
  await drain.start();
  await drain.flush();
  // As a writer leaves it that dies between its write and its count.
  const lost = spoolIn(folder.path, { folder: join(folder.path, "other") });
  writerOn(lost).append(numbered("uncounted"));
  for (const file of readdirSync(lost.folder)) {
    renameSync(join(lost.folder, file), join(spool.folder, file));
  }
  clock.ms += 9_999;
  await drain.flush();
  expect(sink.rows).toEqual([]);
  clock.ms += 1;
  await drain.flush();
  expect(sink.rows).toEqual(["uncounted"]);
  writerOn(spool).append(numbered("counted"));
  await drain.flush();
  expect(sink.rows).toEqual(["uncounted", "counted"]);
  await drain.stop();
});

test("a store that is away is not the drain's to tell: whoever has it says so", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  sink.plan = () => (sink.inserts < 3 ? "retry" : "stored");
  writerOn(spool).append(numbered("1"));
  const said: string[] = [];
  const log = createLog("info", (line) => said.push(line));
  const drain = createDrain({ ...drainOptions(spool, sink), log });
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect([sink.inserts, sink.rows, said]).toEqual([3, ["1"], []]);
});

test("the dead-letter folder is bounded: the oldest go, and are counted", async () => {
  using folder = tempFolder();
  const letters = new DeadLetters(folder.path, 1000);
  const rejected = (count: number) =>
    Array.from({ length: count }, () => ({ line: "x".repeat(100), reason: "bad row" }));
  await letters.add("first", rejected(4));
  await letters.add("first", rejected(4));
  expect(letters.droppedRows).toBe(0);
  await letters.add("second", rejected(4));
  expect(readdirSync(join(folder.path, "dead-letter"))).toEqual(["second.jsonl"]);
  expect(letters.droppedRows).toBe(4);
  // More than may be kept at all: the first of them.
  await letters.add("third", rejected(20));
  const kept = readFileSync(join(folder.path, "dead-letter", "third.jsonl"), "utf8");
  expect(kept.length).toBeLessThanOrEqual(1000);
  expect(kept.trimEnd().split("\n")).toHaveLength(7);
  expect(letters.droppedRows).toBe(4 + 13 + 4);
  const later = new DeadLetters(folder.path, 1000);
  await later.load();
  expect(later.bytes).toBe(kept.length);
});

test("bad rows go to the dead-letter folder with the reason, all others are stored", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  sink.plan = ({ body, format }) =>
    pathsIn(body, format).some((path) => path === "13" || path === "77") ? "rejected" : "stored";
  const writer = writerOn(spool);
  for (const number of numbers(100)) writer.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(drain.stats()).toMatchObject({ storedRows: 98, rejectedRows: 2 });
  await drain.stop();
  expect(sink.rows).toEqual(numbers(100).filter((number) => number !== "13" && number !== "77"));
  const letters = join(spool.folder, "dead-letter");
  const [file = ""] = readdirSync(letters);
  const lines = readFileSync(join(letters, file), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
    "bad row",
    "bad row",
  ]);
  expect(lines[0]).toContain("/13");
});

test("live rows do not wait for a backlog", async () => {
  using folder = tempFolder();
  const old = spoolIn(folder.path, { segmentBytes: 5000 });
  const past = writerOn(old, { clock: { nowNs: () => 0, wallMs: () => 1_700_000_000_000 } });
  for (const number of numbers(1000)) past.append(numbered(number));
  const spool = spoolIn(folder.path);
  writerOn(spool).append(numbered("live"));
  const sink = new TokenSink();
  const drain = createDrain({ ...drainOptions(spool, sink), batchBytes: 5000 });
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect(sink.rows.slice(0, 25)).toContain("live");
  expect(
    sink.rows.filter((row) => row !== "live").toSorted((a, b) => Number(a) - Number(b)),
  ).toEqual(numbers(1000));
});

test("a store that is slow is asked less often", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const writer = writerOn(spool);
  const sink = new TokenSink();
  let nowNs = 0;
  const clock = { nowNs: () => nowNs, wallMs: () => Date.now() };
  const insertsMs: number[] = [];
  const second = Promise.withResolvers<void>();
  sink.plan = () => {
    insertsMs.push(performance.now());
    nowNs += 1e9;
    if (insertsMs.length === 1) writer.append(numbered(2));
    else second.resolve();
    return "stored";
  };
  writer.append(numbered(1));
  const drain = createDrain({ ...drainOptions(spool, sink), clock, intervalMs: 40 });
  await drain.start();
  await second.promise;
  await drain.stop();
  const [first = 0, next = 0] = insertsMs;
  expect(next - first).toBeGreaterThan(3 * 40 - 2);
});

test("what waits is told in full while one batch is tried again and again", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const writer = writerOn(spool);
  writer.append(numbered(0));
  const sink = new TokenSink();
  const tried = Promise.withResolvers<void>();
  sink.plan = () => {
    tried.resolve();
    return "retry";
  };
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await tried.promise;
  const { pendingBytes: one } = drain.stats();
  for (const number of numbers(9)) writer.append(numbered(number));
  expect(drain.stats().pendingBytes).toBeGreaterThan(9 * one);
  await drain.stop(0);
});

test("a cut is written down before it is sent, and another process sends the very same", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const writer = writerOn(spool);
  for (const number of numbers(5)) writer.append(numbered(number));
  const sent: [string, string][] = [];
  const sink = new TokenSink();
  sink.plan = ({ token, body }) => {
    const journals = ["drain.0", "drain.1"].map((file) =>
      readFileSync(join(spool.folder, file), "utf8"),
    );
    expect(journals.filter((text) => text.includes(token))).toHaveLength(1);
    sent.push([token, body.toString("latin1")]);
    return sent.length > 3 ? "stored" : "retry";
  };
  const first = createDrain(drainOptions(spool, sink));
  await first.start();
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await first.stop(0);
  for (const number of numbers(5)) writer.append(numbered(`more ${number}`));
  const second = createDrain(drainOptions(spoolIn(folder.path), sink));
  await second.start();
  await second.flush();
  await second.stop();
  expect(new Set(sent.slice(0, 4).map(String)).size).toBe(1);
  expect(sink.rows).toHaveLength(10);
});

test("a stop ends at its deadline although the sink never answers, and keeps the rows", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  writerOn(spool).append(numbered(1));
  const silent = { write: () => new Promise<never>(() => undefined) };
  const drain = createDrain(drainOptions(spool, silent));
  await drain.start();
  await drain.stop(30);
  const sink = new TokenSink();
  const next = createDrain(drainOptions(spoolIn(folder.path), sink));
  await next.start();
  await next.flush();
  await next.stop();
  expect(sink.rows).toEqual(["1"]);
});

test("two drains never share a spool", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const drain = createDrain(drainOptions(spool, new TokenSink()));
  await drain.start();
  await expect(createDrain(drainOptions(spool, new TokenSink())).start()).rejects.toThrow(
    "in use by process",
  );
  await drain.stop();
});

test.each([
  ["torn while it was written, gives way to the one before", ["drain.0"], []],
  ["and its twin, unreadable both, are reported", ["drain.0", "drain.1"], ["drain_journal_broken"]],
])("a journal slot %s, and rows are stored once", async (_, slots, expected) => {
  using folder = tempFolder();
  const events: string[] = [];
  const log = createLog("error", (line) =>
    events.push((JSON.parse(line) as { event: string }).event),
  );
  const sink = new TokenSink();
  const run = async () => {
    const drain = createDrain({ ...drainOptions(spoolIn(folder.path), sink), log });
    await drain.start();
    await drain.flush();
    await drain.stop();
  };
  const spool = spoolIn(folder.path);
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  writerOn(spool).append(numbered(1));
  await drain.flush();
  await drain.stop();
  for (const slot of slots) {
    const path = join(spool.folder, slot);
    writeFileSync(path, readFileSync(path, "utf8").replace("segment", "s"));
    writeFileSync(path, readFileSync(path, "utf8").replace("done", "d"));
  }
  await run();
  await run();
  expect(events).toEqual(expected);
  expect(sink.rows).toEqual(["1"]);
  expect(sink.inserts).toBe(2);
});

test("a segment of an older row version drains with the columns it was written with", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const older = COLUMNS_BY_VERSION.get(1) ?? [];
  const values = older.map((name) => (name === "path" ? "/old" : ""));
  const name = "01700000000000-0badcafe-000-00000000.v1.rows";
  writeFileSync(join(spool.folder, name), `${JSON.stringify(values)}\n`);
  writerOn(spool).append(numbered("new"));
  const sink = new TokenSink();
  const inserts: (readonly [string, readonly string[]])[] = [];
  sink.plan = ({ body, columns, format }) => {
    for (const path of pathsIn(body, format)) inserts.push([path, columns]);
    return "stored";
  };
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect(new Map(inserts)).toEqual(
    new Map([
      ["old", older],
      ["new", SPOOLED_COLUMNS],
    ]),
  );
  expect(inserts).toHaveLength(2);
});

test("a segment of a row version from the future waits, rubbish is passed over, the rest drains", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const name = (worker: string, version: number) =>
    `01700000000000-0badcafe-${worker}-00000000.v${String(version)}.rows`;
  writeFileSync(join(spool.folder, name("000", 999)), "[]\n");
  writeFileSync(join(spool.folder, name("001", 1)), Buffer.alloc(200_000, "x"));
  writerOn(spool).append(numbered(1));
  const sink = new TokenSink();
  const drain = createDrain({ ...drainOptions(spool, sink), batchBytes: 70_000 });
  await drain.start();
  await drain.flush();
  expect(drain.stats().tornLines).toBeGreaterThan(0);
  await drain.stop();
  expect(sink.rows).toEqual(["1"]);
  expect(readdirSync(spool.folder).filter((file) => file.includes("0badcafe"))).toEqual([
    name("000", 999),
  ]);
});
