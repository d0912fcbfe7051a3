// Whole days go before their time, the oldest first, no more than it takes, and never for nothing.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDiskWatch } from "../../src/control/disk-watch.ts";
import { createLog } from "../../src/core/log.ts";
import {
  chooseRelief,
  type Partition,
  readDisk,
  readPartitions,
} from "../../src/store/disk-pressure.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "./support.ts";

const of = (table: string, id: string, bytes: number): Partition => ({ table, id, bytes });

const LOGS = "otel_logs 20010101";
const REQUESTS = "requests 20260101";
const SPANS = "otel_spans 20260102";
const DAYS = [
  of("requests", "20260102", 20),
  of("requests", "20260101", 10),
  of("requests", "20260104", 40),
  of("requests", "20260103", 30),
  of("otel_spans", "20260102", 200),
  of("otel_spans", "20260103", 300),
  of("otel_logs", "20010101", 1),
  of("otel_logs", "20260103", 5),
];

describe("a disk of 1000 bytes of which 800 may be in use", () => {
  test.each([
    { name: "as full as it may be", free: 200, least: 1, gone: [] },
    { name: "one byte too full: the oldest day", free: 199, least: 1, gone: [LOGS] },
    { name: "a little more: the next, too", free: 190, least: 1, gone: [LOGS, REQUESTS] },
    { name: "of one day the largest", free: 150, least: 1, gone: [LOGS, REQUESTS, SPANS] },
    { name: "as much as it takes", free: 0, least: 1, gone: [LOGS, REQUESTS, SPANS] },
    { name: "two days of each stay", free: 190, least: 2, gone: [REQUESTS] },
    { name: "nothing where that would not be enough", free: 150, least: 2, gone: [] },
    { name: "nothing where nothing may", free: 0, least: 9, gone: [] },
  ])("$name", ({ free, least, gone }) => {
    const limits = { disk_percent: 80, disk_min_days: least };
    const { partitions } = chooseRelief({ totalBytes: 1000, freeBytes: free }, DAYS, limits);
    expect(partitions.map(({ table, id }) => `${table} ${id}`)).toEqual(gone);
  });

  test("how much too full it is, is told also where nothing goes", () => {
    const limits = { disk_percent: 80, disk_min_days: 9 };
    const disk = { totalBytes: 1000, freeBytes: 50 };
    expect(chooseRelief(disk, DAYS, limits)).toEqual({ excessBytes: 150, partitions: [] });
  });
});

describe("in a store", () => {
  let system: TestStore;
  const nowMs = Date.now();
  beforeAll(async () => {
    system = await startTestStore();
    const lines = [0, 1, 2, 3].map((day) =>
      line({ started_at: timestamp(nowMs - day * 86_400_000), trace_id: String(day) }),
    );
    await system.store.write(batch("days", lines));
  });
  afterAll(() => system.end());

  test("the oldest days go, said one by one; what was counted stays; a full disk is said once", async () => {
    const { store } = system;
    const real = await readDisk(store);
    expect(real.totalBytes).toBeGreaterThan(real.freeBytes);
    expect(real.freeBytes).toBeGreaterThan(0);
    const before = await readPartitions(store);
    expect(before.map(({ table }) => table)).toEqual(Array.from({ length: 4 }, () => "requests"));
    const totalBytes = before.reduce((sum, { bytes }) => sum + bytes, 0);
    const said: string[] = [];
    const log = createLog("info", (text) =>
      said.push((JSON.parse(text) as { event: string }).event),
    );
    const embedded = { kind: "embedded", state: "ready", sinceMs: 0, error: null } as const;
    const watch = createDiskWatch({
      store: { store: () => store, state: () => embedded },
      disk: () => Promise.resolve({ totalBytes, freeBytes: 0 }),
      limits: () => ({ disk_percent: 60, disk_min_days: 2 }),
      log,
    });
    for (let looks = 0; looks < 3; looks++) await watch.look();
    const dropped = "disk_full_rows_dropped";
    expect(said).toEqual([dropped, dropped, "disk_full_of_other_things"]);
    const { rows } = await store.query(
      "SELECT trace_id, (SELECT sum(requests) FROM requests_1h) AS counted FROM requests ORDER BY trace_id",
    );
    expect(rows).toEqual([
      { trace_id: "0", counted: 4 },
      { trace_id: "1", counted: 4 },
    ]);
    const after = await readPartitions(store);
    expect(after).toHaveLength(2);
    const left = after.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(watch.droppedBytes()).toBe(totalBytes - left);
  });
});
