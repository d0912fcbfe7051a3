// Questions that read much are answered by several cores, those that find a few rows by one.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStore, type TestStore } from "./support.ts";

let system: TestStore;
beforeAll(async () => {
  system = await startTestStore();
  const { store } = system;
  await store.command("CREATE TABLE many (at UInt64) ENGINE = MergeTree ORDER BY at");
  await store.command("INSERT INTO many SELECT number FROM numbers(100000)");
});
afterAll(() => system.end());

/** Threads that read at once. */
async function readers(options: { readonly isLookup?: boolean }): Promise<number> {
  const sql = "EXPLAIN PIPELINE SELECT sum(at) FROM many";
  const { rows } = await system.store.query(sql, {}, { readonly: true, ...options });
  const read = rows
    .map((row) => String(row["explain"]))
    .find((text) => text.includes("MergeTreeSelect"));
  return Number(/MergeTreeSelect.* × (\d+)/.exec(read ?? "")?.[1] ?? 1);
}

test("a question shares its rows among the cores that there are", async () => {
  const cores = await system.store.query("SELECT getSetting('max_threads') AS cores");
  expect((await readers({})) > 1).toBe(Number(cores.rows[0]?.["cores"]) > 1);
  expect(await readers({ isLookup: true })).toBe(1);
});
