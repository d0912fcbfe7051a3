// Rows that go to a colder volume before they end: in a real engine with such a storage policy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { createStore, type Store } from "../../src/store/client.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { batch, line, RETENTION, timestamp } from "./support.ts";

const DAY_MS = 86_400_000;
const COLD = { ...RETENTION, cold: { policy: "hot_cold", volume: "cold", after_days: 2 } };

/** The engine reads what lies in FILE.d beside its own file. */
async function startWithPolicy(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "weir-cold-"));
  mkdirSync(join(folder, "engine.d"));
  const volumes = "<default><disk>default</disk></default><cold><disk>cold</disk></cold>";
  writeFileSync(
    join(folder, "engine.d", "storage.xml"),
    `<clickhouse><storage_configuration>
      <disks><cold><type>local</type><path>${folder}/cold/</path></cold></disks>
      <policies><hot_cold><volumes>${volumes}</volumes></hot_cold></policies>
    </storage_configuration></clickhouse>`,
  );
  const embedded = createEmbeddedStore({ folder, log: silentLog });
  const store = createStore({ url: await embedded.start() });
  onTestFinished(async () => {
    await store.close();
    await embedded.stop();
    rmSync(folder, { recursive: true });
  });
  return store;
}

test("old rows lie there, new ones do not; nothing is altered twice, and who takes the key back can still read all", async () => {
  const store = await startWithPolicy();
  await migrate(store, RETENTION);
  const altered: string[] = [];
  const watched: Store = {
    ...store,
    command: (sql, ...rest) => {
      if (sql.startsWith("ALTER")) altered.push(sql.split(" ")[2] ?? "");
      return store.command(sql, ...rest);
    },
  };
  await migrate(watched, COLD);
  expect([...new Set(altered)].sort()).toEqual([
    "notable_requests",
    "otel_logs",
    ...["exponential_histogram", "gauge", "histogram", "sum", "summary"].map(
      (kind) => `otel_metrics_${kind}`,
    ),
    "otel_spans",
    "requests",
  ]);
  altered.length = 0;
  await migrate(watched, COLD);
  expect(altered).toEqual([]);
  const nowMs = Date.now();
  const lines = [nowMs, nowMs - 4 * DAY_MS].map((ms) => line({ started_at: timestamp(ms) }));
  await store.write(batch("two", lines));
  const places = await store.query(
    "SELECT disk_name AS disk, sum(rows) AS many FROM system.parts WHERE active AND database = currentDatabase() AND table = 'requests' GROUP BY disk ORDER BY disk",
  );
  expect(places.rows).toEqual([
    { disk: "cold", many: 1 },
    { disk: "default", many: 1 },
  ]);
  await migrate(watched, RETENTION);
  expect(altered).toHaveLength(9);
  expect((await store.query("SELECT count() AS many FROM requests")).rows).toEqual([{ many: 2 }]);
  const none = migrate(store, { ...COLD, cold: { ...COLD.cold, volume: "nowhere" } });
  await expect(none).rejects.toThrow(/No such volume `nowhere`/);
});
