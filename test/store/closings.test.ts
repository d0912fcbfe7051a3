// Coarser sums are made once, hold what came late, too, and no request counts in them twice or never.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/store/client.ts";
import {
  closeSums,
  readClosings,
  readStoreClock,
  SUM_GRAINS_S,
  SUM_TABLES,
} from "../../src/store/closings.ts";
import { coverOf, withinCover } from "../../src/store/panels/cover.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "./support.ts";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const AGES_S = [0, 20 * 60, 2 * HOUR_S, 7 * HOUR_S, 30 * HOUR_S, 3 * DAY_S];

let system: TestStore;
let nowS: number;
beforeEach(async () => {
  system = await startTestStore();
  nowS = await readStoreClock(system.store);
});
afterEach(() => system.end());

/** A denied request of each age, so that it counts in all six tables. */
async function come(token: string, ages = AGES_S): Promise<void> {
  const lines = ages.map((age) =>
    line({
      started_at: timestamp((nowS - age) * 1000),
      trace_id: `${token}${age}`,
      principal: "alice",
      decision: "deny",
      status: 403,
    }),
  );
  expect(await system.store.write(batch(token, lines))).toEqual({ kind: "stored" });
}

async function counted(table: string, condition: string): Promise<number> {
  const calls = table.startsWith("trouble_sums")
    ? "sumIf(calls, subject = 'denial')"
    : "sum(requests)";
  const { rows } = await system.store.query(
    `SELECT ${calls} AS calls FROM ${table} WHERE ${condition}`,
  );
  return Number(rows[0]?.["calls"]);
}

/** All that came, read as panels read it. */
async function expectAll(count: number): Promise<void> {
  const closings = await readClosings(system.store);
  const window = { fromS: nowS - 10 * DAY_S, toS: nowS + DAY_S };
  for (const coarsest of SUM_GRAINS_S) {
    const within = withinCover("sums", coverOf(window, { closings, coarsest }));
    for (const table of SUM_TABLES) {
      expect([table, coarsest, await counted(`${table} AS sums`, within)]).toEqual([
        table,
        coarsest,
        count,
      ]);
    }
  }
}

/** When all that came by now is over. */
const LATER_S = 8 * DAY_S;

async function expectClosed(count: number): Promise<void> {
  for (const table of SUM_TABLES) {
    for (const grain of SUM_GRAINS_S) {
      const found = await counted(table, `grain_s = ${grain}`);
      expect([table, grain, found]).toEqual([table, grain, count]);
    }
  }
  await expectAll(count);
}

test("what came in time and what came late are in each sum once, before and after it is closed", async () => {
  await come("a");
  await expectAll(AGES_S.length);
  await closeSums(system.store, nowS);
  await expectAll(AGES_S.length);
  // Of what is closed by now, too.
  await come("b");
  await expectAll(2 * AGES_S.length);
  const made = await closeSums(system.store, nowS + LATER_S);
  // An hour, six, a day and a week at least.
  expect(made).toBeGreaterThanOrEqual(4);
  await expectClosed(2 * AGES_S.length);
  const until = await readClosings(system.store);
  for (const grain of SUM_GRAINS_S.slice(1)) expect(until.get(grain)).toBeGreaterThan(nowS);
  expect(await closeSums(system.store, nowS + LATER_S)).toBe(0);
});

test("of one key and time is one row, whatever batches it came in", async () => {
  for (const token of ["a", "b", "c"]) await come(token, [0]);
  await closeSums(system.store, nowS + LATER_S);
  const { rows } = await system.store.query(
    "SELECT count() AS rows FROM caller_sums WHERE grain_s = 604800",
  );
  expect(rows).toEqual([{ rows: 1 }]);
});

test("a change of weir itself that was refused when nothing else came is in every sum of troubles", async () => {
  const row = line({
    kind: "audit",
    started_at: timestamp(nowS * 1000),
    decision: "deny",
    status: 403,
  });
  expect(await system.store.write(batch("audit", [row]))).toEqual({ kind: "stored" });
  await closeSums(system.store, nowS + LATER_S);
  for (const grain of SUM_GRAINS_S) {
    expect([grain, await counted("trouble_sums", `grain_s = ${grain}`)]).toEqual([grain, 1]);
  }
});

test("all that came late is whole, too: nothing is made of it", async () => {
  await come("a", [9 * DAY_S]);
  expect(await closeSums(system.store, nowS)).toBe(0);
  expect(new Set((await readClosings(system.store)).keys())).toEqual(
    new Set(SUM_GRAINS_S.slice(1)),
  );
  await expectAll(1);
});

test("nothing is closed before its time, nor of a store with nothing in it", async () => {
  expect(await closeSums(system.store, nowS + LATER_S)).toBe(0);
  await come("a", [0]);
  const endS = Math.floor(nowS / HOUR_S) * HOUR_S + HOUR_S;
  expect(await closeSums(system.store, endS + 899)).toBe(0);
  expect(await closeSums(system.store, endS + 900)).toBeGreaterThanOrEqual(1);
});

test("two at once make what one makes", async () => {
  await come("a");
  const both = [system.store, system.store].map((store) => closeSums(store, nowS + LATER_S));
  await Promise.all(both);
  await expectClosed(AGES_S.length);
});

test.each([0, 4, 6, 13])("cut short at statement %i it goes on from there", async (at) => {
  await come("a");
  let left = at;
  const dying: Store = {
    ...system.store,
    command(sql, limitMs) {
      left -= 1;
      if (left < 0) return Promise.reject(new Error("gone"));
      return system.store.command(sql, limitMs);
    },
  };
  await expect(closeSums(dying, nowS + LATER_S)).rejects.toThrow("gone");
  await expectAll(AGES_S.length);
  await closeSums(system.store, nowS + LATER_S);
  await expectClosed(AGES_S.length);
});
