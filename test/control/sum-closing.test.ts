// Sums whose time is over are made while weir runs; a store that is away is no reason to stop.
import { expect, test } from "vitest";
import { createSumClosing } from "../../src/control/sum-closing.ts";
import { createLog } from "../../src/core/log.ts";
import type { Store } from "../../src/store/client.ts";
import { readClosings } from "../../src/store/closings.ts";
import { batch, line, startTestStore, timestamp } from "../store/support.ts";

const DAYS_MS = 9 * 86_400_000;

test("sums of what is over are whole after a minute, and no later for a store that was away", async () => {
  const system = await startTestStore();
  const lines: string[] = [];
  const log = createLog("debug", (text) => lines.push(text));
  let there: Store | null = null;
  const closing = createSumClosing({ store: { store: () => there }, log });
  await closing.close();
  expect(lines).toEqual([]);
  there = { ...system.store, query: () => Promise.reject(new Error("away")) };
  await closing.close();
  expect(lines.map((text) => JSON.parse(text) as object)).toMatchObject([
    { event: "sums_not_closed", reason: "away" },
  ]);
  there = system.store;
  const old = line({ started_at: timestamp(Date.now() - DAYS_MS), trace_id: "old" });
  expect(await system.store.write(batch("old", [old]))).toEqual({ kind: "stored" });
  // The second while the first is at it.
  await Promise.all([closing.close(), closing.close()]);
  expect((await readClosings(system.store)).size).toBe(4);
  closing.stop();
  await system.end();
});
