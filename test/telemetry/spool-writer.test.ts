// The writer keeps whole lines or nothing, within its bounds, and a failing disk never fails a request.
import { execFileSync, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { createLog } from "../../src/core/log.ts";
import { createDrain } from "../../src/telemetry/drain.ts";
import { createDrains } from "../../src/telemetry/drains.ts";
import { wholeFrames } from "../../src/telemetry/groups/frame.ts";
import { SpoolGauge } from "../../src/telemetry/spool-gauge.ts";
import { nodeFiles, type SegmentFiles } from "../../src/telemetry/spool-segment.ts";
import type { Spool } from "../../src/telemetry/spool.ts";
import { drainsOptions, namesIn, signalsIn } from "./support/signal-kit.ts";
import {
  drainOptions,
  folderSink,
  numbered,
  pathsIn,
  rowsInFolder,
  spoolIn,
  tempFolder,
  TokenSink,
  writerOn,
} from "./support/spool-kit.ts";

function segmentsOf(spool: Spool): string[] {
  return readdirSync(spool.folder)
    .filter((file) => file.endsWith(".rows"))
    .sort();
}

function rowsOf(spool: Spool): string[] {
  return segmentsOf(spool).flatMap((file) => {
    const bytes = readFileSync(join(spool.folder, file));
    return pathsIn(bytes.subarray(0, wholeFrames(bytes, Infinity).length));
  });
}

function bytesOf(spool: Spool): number {
  return segmentsOf(spool).reduce((sum, file) => sum + statSync(join(spool.folder, file)).size, 0);
}

/** A wall clock that moves only when told. */
function manualClock(): Clock & { ms: number } {
  const clock = { ms: systemClock.wallMs(), wallMs: () => clock.ms, nowNs: () => clock.ms * 1e6 };
  return clock;
}

test("rows are in the file when append returns, and segments turn over by size and by age", () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { segmentBytes: 2000 });
  const clock = manualClock();
  const writer = writerOn(spool, { clock });
  const expected: string[] = [];
  for (let number = 0; number < 20; number++) {
    expect(writer.append(numbered(number))).toBe(true);
    expected.push(String(number));
    expect(rowsOf(spool)).toEqual(expected);
  }
  const files = segmentsOf(spool);
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect(statSync(join(spool.folder, file)).size).toBeLessThanOrEqual(2000);
  clock.ms += 61_000;
  writer.append(numbered("later"));
  expect(segmentsOf(spool)).toHaveLength(files.length + 1);
  expect(new SpoolGauge(spool.gauge).usedBytes).toBe(bytesOf(spool));
});

test("a clock set back changes neither the order of a worker's segments nor the rows", () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { segmentBytes: 1 });
  const clock = manualClock();
  const writer = writerOn(spool, { clock });
  for (let number = 0; number < 5; number++, clock.ms -= 3_600_000) writer.append(numbered(number));
  const sequences = segmentsOf(spool).map((file) => Number(file.split("-")[3]?.split(".")[0]));
  expect(sequences.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  writerOn(spool, { clock }).append(numbered("next worker"));
  expect(segmentsOf(spool).some((file) => file.includes("-00000005."))).toBe(true);
});

type Failure = "short" | "error" | "short, no truncate";

/** A disk on which the calls named by number fail. */
function failingFiles(failures: ReadonlyMap<number, Failure>): SegmentFiles {
  let call = 0;
  let stuck = false;
  const full = () => {
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  };
  return {
    ...nodeFiles,
    writeSync: (...[fd, bytes, offset, length]) => {
      const failure = failures.get(call++);
      stuck = failure === "short, no truncate";
      if (failure === "error") full();
      return nodeFiles.writeSync(
        fd,
        bytes,
        offset,
        failure === undefined ? length : Math.min(7, length),
      );
    },
    ftruncateSync: (fd, length) => (stuck ? full() : nodeFiles.ftruncateSync(fd, length)),
  };
}

test.each<[string, [number, Failure][], number]>([
  ["fails", [[2, "error"]], 1],
  ["writes short, then goes on", [[2, "short"]], 0],
  [
    "writes short, then fails",
    [
      [2, "short"],
      [3, "error"],
    ],
    1,
  ],
])("a disk that %s leaves whole lines only", (_, failures, lost) => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const clock = manualClock();
  const lines: string[] = [];
  const log = createLog("info", (line) =>
    lines.push((JSON.parse(line) as { event: string }).event),
  );
  const writer = writerOn(spool, { clock, log, files: failingFiles(new Map(failures)) });
  const kept = [0, 1, 2].filter((number) => writer.append(numbered(number)));
  expect(kept).toEqual([0, 1, 2]);
  if (lost > 0) {
    writer.append(numbered("while it rests"));
    clock.ms += 1001;
  }
  writer.append(numbered(3));
  expect(rowsOf(spool)).toEqual(lost > 0 ? ["0", "1", "3"] : ["0", "1", "2", "3"]);
  expect(new SpoolGauge(spool.gauge).droppedRows).toBe(lost > 0 ? 2 : 0);
  expect(new SpoolGauge(spool.gauge).usedBytes).toBe(bytesOf(spool));
  expect(lines).toEqual(lost > 0 ? ["spool_write_failed", "spool_write_recovered"] : []);
});

test("a torn piece that cannot be taken back is left behind in its segment and never stored", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const clock = manualClock();
  const files = failingFiles(
    new Map<number, Failure>([
      [1, "short, no truncate"],
      [2, "error"],
    ]),
  );
  const stubborn: SegmentFiles = {
    ...files,
    ftruncateSync: () => {
      throw new Error("EIO: i/o error");
    },
  };
  const writer = writerOn(spool, { clock, files: stubborn });
  writer.append(numbered(0));
  writer.append(numbered(1));
  clock.ms += 1001;
  writer.append(numbered(2));
  expect(segmentsOf(spool)).toHaveLength(2);
  expect(new SpoolGauge(spool.gauge).usedBytes).toBe(bytesOf(spool));
  const sink = new TokenSink();
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(drain.stats()).toMatchObject({ tornLines: 1, storedRows: 2, droppedRows: 1 });
  await drain.stop();
  expect(sink.rows).toEqual(["0", "2"]);
});

test("audit required: a failing disk refuses the answer and new requests until it works again", () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { whenFull: "refuse" });
  const clock = manualClock();
  const writer = writerOn(spool, { clock, files: failingFiles(new Map([[1, "error"]])) });
  expect([writer.append(numbered(0)), writer.writable()]).toEqual([true, true]);
  expect([writer.append(numbered(1)), writer.writable()]).toEqual([false, false]);
  clock.ms += 1001;
  expect([writer.writable(), writer.append(numbered(2))]).toEqual([true, true]);
  expect(rowsOf(spool)).toEqual(["0", "2"]);
});

test("whether a row is written is told, also where its answer does not hang on it", () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const clock = manualClock();
  const writer = writerOn(spool, { clock, files: failingFiles(new Map([[1, "error"]])) });
  expect([writer.keep(numbered(0)), writer.keep(numbered(1))]).toEqual([true, false]);
  expect(writer.append(numbered(2))).toBe(true);
  clock.ms += 1001;
  expect(writer.keep(numbered(3))).toBe(true);
  expect(rowsOf(spool)).toEqual(["0", "3"]);
  expect(new SpoolGauge(spool.gauge).droppedRows).toBe(2);
});

test("audit required: a full spool takes no new request, keeps rows of those in flight, loses nothing", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { whenFull: "refuse", maxBytes: 64_000, segmentBytes: 4000 });
  const writer = writerOn(spool);
  let number = 0;
  while (writer.writable()) expect(writer.append(numbered(number++))).toBe(true);
  const inFlight = 4;
  for (let more = 0; more < inFlight; more++) expect(writer.append(numbered(number++))).toBe(true);
  while (writer.append(numbered(number))) number++;
  expect(bytesOf(spool)).toBeLessThanOrEqual(64_000);
  const sink = new TokenSink();
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(writer.writable()).toBe(true);
  await drain.stop();
  expect(sink.rows).toHaveLength(number);
});

test("drop-oldest: a full spool gives up its oldest segments, counts every row, and stays within its bound", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { maxBytes: 64_000, segmentBytes: 4000 });
  const sink = new TokenSink();
  sink.plan = () => "retry";
  const drain = createDrain({ ...drainOptions(spool, sink), batchBytes: 4000 });
  await drain.start();
  const writer = writerOn(spool);
  const gauge = new SpoolGauge(spool.gauge);
  const total = 1000;
  for (let number = 0; number < total; number++) {
    while (gauge.usedBytes > 62_000) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(writer.append(numbered(number))).toBe(true);
    expect(gauge.usedBytes).toBe(bytesOf(spool));
  }
  sink.plan = () => "stored";
  await drain.flush();
  const { droppedRows, storedRows } = drain.stats();
  await drain.stop();
  expect(droppedRows).toBeGreaterThan(500);
  expect(storedRows + droppedRows).toBe(total);
  expect(new Set(sink.rows).size).toBe(storedRows);
  expect(sink.rows).toContain(String(total - 1));
});

test("a spool that nobody empties stays within its bound, and what it did not take is counted", () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path, { maxBytes: 16_000 });
  const writer = writerOn(spool);
  for (let number = 0; number < 100; number++) expect(writer.append(numbered(number))).toBe(true);
  expect(bytesOf(spool)).toBeLessThanOrEqual(16_000);
  expect(rowsOf(spool).length + new SpoolGauge(spool.gauge).droppedRows).toBe(100);
  expect(writer.writable()).toBe(true);
});

/** A file system of one megabyte; undefined where mounting is not permitted. */
function tinyDisk(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), "weir-tiny-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", path]);
    rmSync(path, { recursive: true });
  });
  return path;
}

test("a disk that is really full stops telemetry, not traffic, and the drain still empties it", async (context) => {
  const disk = tinyDisk();
  if (disk === undefined) context.skip("mounting a tmpfs is not permitted here");
  const spool = spoolIn(String(disk), { maxBytes: 8 * 1024 * 1024, segmentBytes: 100_000 });
  const sink = new TokenSink();
  sink.plan = () => "retry";
  const drain = createDrain({ ...drainOptions(spool, sink), batchBytes: 50_000 });
  await drain.start();
  const clock = manualClock();
  const writer = writerOn(spool, { clock });
  const gauge = new SpoolGauge(spool.gauge);
  let kept = -1;
  for (; gauge.droppedRows === 0; kept++) expect(writer.append(numbered(kept))).toBe(true);
  expect(rowsOf(spool)).toHaveLength(kept);
  expect(gauge.usedBytes).toBe(bytesOf(spool));
  sink.plan = ({ body, format }) => (pathsIn(body, format).includes("7") ? "rejected" : "stored");
  await drain.flush();
  clock.ms += 1001;
  writer.append(numbered("again"));
  await drain.flush();
  expect(drain.stats()).toMatchObject({ storedRows: kept, rejectedRows: 1 });
  await drain.stop();
  writer.close();
  expect(sink.rows).toContain("again");
});

test("kill -9 of a process that writes and drains loses no row or line it has told of and stores none twice", async () => {
  using folder = tempFolder();
  const program = join(import.meta.dirname, "support", "spool-child.ts");
  const told: string[] = [];
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, [program, folder.path, String(round)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.length > 4000 + round * 3000) child.kill("SIGKILL");
    });
    await once(child, "close");
    told.push(...output.split("\n").slice(0, -1));
  }
  const logs = join(folder.path, "logs");
  const ofSignal = (): string[] => rowsInFolder(logs, namesIn);
  const drained = [rowsInFolder(folder.path).length, ofSignal().length];
  const spools = { requests: spoolIn(folder.path), signals: signalsIn(folder.path) };
  const sinks = { rows: folderSink(folder.path), sink: folderSink(logs) };
  const drains = createDrains(drainsOptions({ ...spools, ...sinks }));
  await drains.start();
  await drains.flush();
  await drains.stop();
  expect(told.length).toBeGreaterThan(1000);
  expect(Math.min(...drained)).toBeGreaterThan(100);
  for (const rows of [rowsInFolder(folder.path), ofSignal()]) {
    const stored = new Set(rows);
    expect(rows).toHaveLength(stored.size);
    expect(told.filter((row) => !stored.has(row))).toEqual([]);
  }
});

test("files that are no segments are left alone", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  mkdirSync(join(spool.folder, "dead-letter"));
  writeFileSync(join(spool.folder, "notes.rows"), "not ours\n");
  const drain = createDrain(drainOptions(spool, new TokenSink()));
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect(readdirSync(spool.folder)).toContain("notes.rows");
});
