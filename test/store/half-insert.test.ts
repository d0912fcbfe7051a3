// An INSERT that reached `requests` and not its rollups: the same bytes again, and each has it once.
import { afterAll, beforeAll, expect, test } from "vitest";
import { batch, line, startTestStore, type TestStore } from "./support.ts";

let system: TestStore;

beforeAll(async () => {
  system = await startTestStore();
});

afterAll(() => system.end());

const COUNTS = {
  requests: "SELECT count() AS n FROM requests",
  requests_10s: "SELECT sum(requests) AS n FROM requests_10s",
  requests_1h: "SELECT sum(requests) AS n FROM requests_1h",
  upstreams_10s: "SELECT sum(attempts) AS n FROM upstreams_10s",
  upstreams_1h: "SELECT sum(attempts) AS n FROM upstreams_1h",
} as const;

const ROWS = 50;

function batchOf(service: string): ReturnType<typeof batch> {
  const row = line({
    service,
    attempt_upstream: ["u"],
    attempt_span_id: ["s"],
    attempt_started_ns: [0],
    attempt_duration_ns: [9],
    attempt_status: [200],
    attempt_error: [""],
  });
  return batch(
    service,
    Array.from({ length: ROWS }, () => row),
  );
}

async function countsOf(service: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, sql] of Object.entries(COUNTS)) {
    const { rows } = await system.store.query(`${sql} WHERE service = '${service}'`);
    counts[table] = Number(rows[0]?.["n"]);
  }
  return counts;
}

function all(n: number): Record<string, number> {
  return Object.fromEntries(Object.keys(COUNTS).map((table) => [table, n]));
}

/** What rows of this service meet on their way into `rollups`. */
async function obstruct(service: string, what: string): Promise<void> {
  const check = `if(service = '${service}', ${what}, 0) = 0`;
  await system.store.command(`ALTER TABLE rollups ADD CONSTRAINT obstacle CHECK ${check}`);
}

async function clear(): Promise<void> {
  await system.store.command("ALTER TABLE rollups DROP CONSTRAINT obstacle");
}

async function writeUntilStored(again: ReturnType<typeof batch>): Promise<void> {
  const write = async (): Promise<string> => (await system.store.write(again)).kind;
  await expect.poll(write, { interval: 200 }).toBe("stored");
}

test("the view fails", async () => {
  const half = batchOf("fails");
  await obstruct("fails", "throwIf(1)");
  for (let time = 0; time < 2; time++) {
    expect(await system.store.write(half)).toMatchObject({ kind: "retry" });
    expect(await countsOf("fails")).toEqual({ ...all(0), requests: ROWS });
  }
  await clear();
  for (let time = 0; time < 2; time++) {
    expect(await system.store.write(half)).toEqual({ kind: "stored" });
    expect(await countsOf("fails")).toEqual(all(ROWS));
  }
});

test("the store is killed in the middle of the view", async () => {
  const half = batchOf("killed");
  // It is to be killed meanwhile: each as long as may be, and no two alike, which would be one.
  await obstruct("killed", [3, 2.9, 2.8, 2.7].map((s) => `sleep(${s})`).join(" + "));
  const first = system.store.write(half);
  const there = async (): Promise<unknown> =>
    (await system.store.query(`${COUNTS.requests} WHERE service = 'killed'`)).rows[0]?.["n"];
  await expect.poll(async () => Number(await there()), { interval: 5 }).toBe(ROWS);
  const pid = system.embedded.pid() ?? 0;
  process.kill(pid, "SIGKILL");
  expect(await first).toMatchObject({ kind: "retry" });
  await expect.poll(() => system.store.ping(), { interval: 200 }).toBeNull();
  expect(await countsOf("killed")).toEqual({ ...all(0), requests: ROWS });
  await clear();
  await writeUntilStored(half);
  expect(await countsOf("killed")).toEqual(all(ROWS));
});
