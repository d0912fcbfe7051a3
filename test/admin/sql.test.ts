// Heavy statements at the SQL console: pages and inserts go on beside them, and who left takes no turn.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../src/store/client.ts";
import { batch, line, startTestStore, type TestStore } from "../store/support.ts";
import { startTestAdmin } from "./support/admin-kit.ts";

let system: TestStore;

beforeAll(async () => {
  system = await startTestStore();
});

afterAll(() => system.end());

function startConsole(changes: Partial<Store> = {}) {
  const store = { ...system.store, ...changes };
  const state = { kind: "embedded", state: "ready", sinceMs: 0, error: null } as const;
  return startTestAdmin({ store: () => store, storeHealth: () => state });
}

function asker(url: string) {
  return (sql: string, signal: AbortSignal): Promise<number> =>
    fetch(`${url}/api/v1/sql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sql }),
      signal,
    }).then(
      ({ status }) => status,
      () => 0,
    );
}

test("who left while it waited takes no turn", async () => {
  let begun = 0;
  const held = Promise.withResolvers<void>();
  const { url } = await startConsole({
    async syntaxTree(...question) {
      begun++;
      await held.promise;
      return system.store.syntaxTree(...question);
    },
  });
  const ask = asker(url);
  const gone = new AbortController();
  const slow = "SELECT sum(sipHash64(number)) FROM numbers(20000000)";
  const here = new AbortController();
  const one = (): Promise<number> => ask("SELECT 1", here.signal);
  const stays = [1, 2].map(() => ask(slow, here.signal));
  await expect.poll(() => begun).toBe(2);
  const leaves = Array.from({ length: 16 }, () => ask(slow, gone.signal));
  await expect.poll(one).toBe(503);
  gone.abort();
  expect(await Promise.all(leaves)).toEqual(leaves.map(() => 0));
  // By then their ends have been read, too.
  for (let turn = 0; turn < 5; turn++) await fetch(`${url}/healthz`);
  held.resolve();
  await expect.poll(one).toBe(200);
  expect(await Promise.all(stays)).toEqual([200, 200]);
  expect(begun).toBe(3);
});

test("pages are answered and rows stored beside many endless statements, and more of them are refused", async () => {
  const { url } = await startConsole();
  const ask = asker(url);
  const gone = new AbortController();
  let ended = 0;
  const endless = [
    "SELECT count() FROM numbers(1e15)",
    "SELECT count() FROM numbers(1e7) AS a CROSS JOIN numbers(1e7) AS b",
  ];
  const statuses = Array.from({ length: 24 }, (_, at) => {
    const asked = ask(endless[at % 2] as string, gone.signal);
    return asked.finally(() => void ended++);
  });
  await expect.poll(() => ended).toBe(6);
  const rows = await system.store.write(batch("beside", [line({ path: "/beside" })]));
  expect(rows).toEqual({ kind: "stored" });
  for (const path of ["requests?path=/beside", "query/audit", "requests"]) {
    expect((await fetch(`${url}/api/v1/${path}`)).status).toBe(200);
  }
  expect(ended).toBe(6);
  gone.abort();
  expect((await Promise.all(statuses)).filter((status) => status === 503)).toHaveLength(6);
});
