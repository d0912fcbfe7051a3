// The supervision of data workers: what it does when they die, start late or refuse a snapshot.
import { afterEach, expect, test } from "vitest";
import { createLog } from "../../src/core/log.ts";
import type { SnapshotSource } from "../../src/proxy/worker-protocol.ts";
import { startWorkers, type Workers } from "../../src/proxy/workers.ts";

const ENTRY = new URL("./support/mortal-worker.ts", import.meta.url);

interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

interface Fleet {
  readonly workers: Workers;
  readonly lost: readonly number[];
  readonly log: readonly LogLine[];
}

const running: Workers[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((workers) => workers.drain(0)));
});

/** The mortal workers read nothing but the revision. */
function sourceOf(revision: string): SnapshotSource {
  return { revision } as SnapshotSource;
}

async function startFleet(revision: string): Promise<Fleet> {
  const lost: number[] = [];
  const log: LogLine[] = [];
  const workers = await startWorkers({
    count: 2,
    boot: {} as Parameters<typeof startWorkers>[0]["boot"],
    source: sourceOf(revision),
    keySets: { current: () => [], refresh: () => Promise.resolve(), listen: () => undefined },
    ticketSecrets: { current: () => new Uint8Array(32), listen: () => undefined },
    entry: ENTRY,
    log: createLog("info", (line) => void log.push(JSON.parse(line) as LogLine)),
    lost: (index) => void lost.push(index),
  });
  running.push(workers);
  await workers.startOthers();
  return { workers, lost, log };
}

/** The revision that each of the workers is on. */
async function revisions(workers: Workers): Promise<string | null> {
  return workers.publish(sourceOf("which"));
}

test("one that dies at once again and again is waited for twice as long each time", async () => {
  const { workers, lost, log } = await startFleet("dies-at-once");
  const deaths = (): LogLine[] => log.filter(({ event }) => event === "worker_lost");
  await expect.poll(deaths).toHaveLength(3);
  expect(deaths().map((line) => [line["index"], line["exit_code"], line["restart_in_ms"]])).toEqual(
    [
      [1, 1, 200],
      [1, 1, 400],
      [1, 1, 800],
    ],
  );
  expect(lost).toEqual([1, 1, 1]);
  expect(workers.alive()).toBe(1);
  expect(log.find(({ event }) => event === "worker_failed")?.["cause"]).toContain("dies at once");
});

test("a snapshot published while a worker is dead or starting reaches it all the same", async () => {
  const { workers, lost } = await startFleet("slow-start");
  // Ends both: nobody is left to take it, which is not a fault.
  expect(await workers.publish(sourceOf("die"))).toBeNull();
  expect(new Set(lost)).toEqual(new Set([0, 1]));
  expect(workers.alive()).toBe(0);
  expect(await workers.publish(sourceOf("slow-start"))).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 350));
  // Now their threads are there and do not listen yet.
  expect(workers.alive()).toBe(0);
  expect(await workers.publish(sourceOf("next"))).toBeNull();
  expect(workers.alive()).toBe(2);
  expect(await revisions(workers)).toBe("0:next");
});

test("a snapshot that one worker refuses stays with none", async () => {
  const { workers } = await startFleet("good");
  expect(await workers.publish(sourceOf("refused-by-one"))).toBe("no");
  expect(await revisions(workers)).toBe("0:good");
});

test("a fleet that can't start leaves no thread over", async () => {
  await expect(startFleet("cannot-start")).rejects.toThrow("port taken");
});

test("many snapshots leave no listeners behind", async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", note);
  const { workers } = await startFleet("good");
  for (let nth = 0; nth < 30; nth++) await workers.publish(sourceOf(`r${nth}`));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("a drain while a worker is starting or waits for its restart ends all the same", async () => {
  const { workers } = await startFleet("slow-start");
  await workers.publish(sourceOf("die"));
  await workers.drain(100);
  expect(workers.alive()).toBe(0);
});
