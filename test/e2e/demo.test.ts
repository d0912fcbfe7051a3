// `npm start`: data within seconds, Ctrl-C ends it in time with all its processes, the next start has it all.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  exitOf,
  isAlive,
  cleanUp,
  spawnWeir,
  watchWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { slowness, type Taken, tell, timeTaken } from "./support/quiet-time.ts";

const DATA_MS = 5000;
/** Much more than it should be: what has ended can't be asked how long it waited for a processor. */
const STOP_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), "weir-demo-"));

afterAll(() => {
  cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

const ADDRESSES = ["listen", "admin-listen", "collector-listen"].flatMap((name) => [
  `--${name}`,
  "127.0.0.1:0",
]);

function startDemo(): Promise<WeirProcess> {
  return watchWeir(spawnWeir(["demo", ...ADDRESSES, "--data", join(folder, "data")]));
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

function takenBy({ pid }: WeirProcess, sinceMs: number): Taken {
  return timeTaken([pid, ...childrenOf(pid)], performance.now() - sinceMs);
}

/** 0 while there is no store yet. */
async function count(weir: WeirProcess, what: string): Promise<number> {
  const [row = {}] = await weir.sql(`SELECT ${what} AS n FROM requests`).catch(() => []);
  return Number(row["n"] ?? 0);
}

/** Spans of services that go on in a trace of weir's. */
async function serviceSpans(weir: WeirProcess): Promise<number> {
  const within = "TraceId IN (SELECT trace_id FROM requests)";
  const sql = `SELECT count() AS n FROM otel_spans WHERE ServiceName = 'orders' AND ${within}`;
  const [row = {}] = await weir.sql(sql).catch(() => []);
  return Number(row["n"] ?? 0);
}

/** A second one on the same data says why it can't be, and leaves the first its config. */
async function refusedBeside(first: WeirProcess): Promise<void> {
  const second = spawnWeir(["demo", ...ADDRESSES, "--data", join(folder, "data")]);
  expect(await exitOf(second.child)).toMatchObject({ code: 2 });
  expect(second.errors()).toMatch(
    new RegExp(`^weir: can't start: .* in use by process ${first.pid} .*; stop it.*\n$`),
  );
  expect(await first.reload()).toMatchObject({ status: 200 });
  expect((await fetch(`${first.proxy}/catalogue`)).status).toBe(200);
}

test("two demos in a row on the same data", async () => {
  const sinceMs = performance.now();
  const first = await startDemo();
  await expect.poll(() => count(first, "count()"), { interval: 50 }).toBeGreaterThan(20);
  const taken = takenBy(first, sinceMs);
  await expect.poll(() => serviceSpans(first)).toBeGreaterThan(0);
  await refusedBeside(first);
  const children = childrenOf(first.pid);
  expect(children.length).toBeGreaterThan(5);
  const seen = await count(first, "count()");
  const stopped = await first.stop("SIGINT");
  console.log(`demo: data after ${tell(taken)}, ended ${Math.round(stopped.ms)} ms after SIGINT`);
  expect(stopped.code).toBe(0);
  expect(stopped.ms).toBeLessThan(STOP_MS);
  expect(children.filter(isAlive)).toEqual([]);

  const againSinceMs = performance.now();
  const second = await startDemo();
  await expect.poll(() => count(second, "uniqExact(instance)"), { interval: 50 }).toBe(2);
  const again = takenBy(second, againSinceMs);
  console.log(`demo: data of the second start after ${tell(again)}`);
  // After a change of the code the first start is a slow one.
  expect(Math.min(taken.quietMs, again.quietMs)).toBeLessThan(DATA_MS * slowness());
  expect(await count(second, "count()")).toBeGreaterThan(seen);
  const [row = {}] = await second.sql(
    `SELECT count() - uniqExact(trace_id, span_id) AS twice,
      countIf(status >= 500 AND error_code != '') AS failed, countIf(decision = 'deny') AS denied FROM requests`,
  );
  expect(Number(row["twice"])).toBe(0);
  // The services answer 500 now and then, as services do; weir itself and its connections don't fail.
  expect(Number(row["failed"])).toBe(0);
  expect(Number(row["denied"])).toBeGreaterThan(0);
  expect(await second.stop("SIGINT")).toMatchObject({ code: 0 });
});
