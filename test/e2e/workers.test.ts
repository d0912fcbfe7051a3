// Two data workers on one port: both serve, they see each other's load, and reload reaches both.
import { afterAll, expect, test } from "vitest";
import { send, startLoad } from "../support/weir-process-load.ts";
import { configOf, createSite, cleanUp, startWeir } from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startHoldingUpstreams } from "./support/holding-upstreams.ts";

const WORKERS = 2;
const upstreams = await startHoldingUpstreams(2);
const { urls } = upstreams;
const site = createSite(configOf({ upstreams: urls, workers: WORKERS }));

afterAll(() => {
  cleanUp();
  upstreams.close();
});

interface Services {
  readonly services: readonly { readonly endpoints: readonly { readonly inflight: number }[] }[];
}

test("two workers share the port, the counters and the config", async () => {
  let weir = await startWeir(site);
  expect((await weir.status()).workers).toBe(WORKERS);
  const slow = Array.from({ length: 24 }, () =>
    send({ port: weir.port, asked: { method: "GET", path: "/slow?hold" } }),
  );
  const inflight = async (): Promise<number> => {
    const response = await fetch(`${weir.admin}/api/v1/services`);
    const { services } = (await response.json()) as Services;
    return services.flatMap((one) => one.endpoints).reduce((sum, one) => sum + one.inflight, 0);
  };
  await upstreams.held(slow.length);
  expect(await inflight()).toBe(slow.length);
  upstreams.release();
  const answers = (await Promise.all(slow)).filter((answer) => "status" in answer);
  expect(answers).toHaveLength(slow.length);
  // A request counts until just after its client has the last byte.
  await expect.poll(inflight).toBe(0);

  const load = startLoad({ port: weir.port, clients: 24 });
  await load.reached(100);
  const { config_revision: before } = await weir.status();
  site.write(configOf({ upstreams: urls, workers: WORKERS, balance: "random" }));
  weir.signal("SIGHUP");
  await weir.until(({ config_revision: now }) => now !== before);
  await load.reached(load.answers.length + 200);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(await weir.stop()).toMatchObject({ code: 0 });

  weir = await startWeir(site);
  await weir.drained();
  await expectOneRowEach(weir.sql, [...load.answers, ...answers]);
  const rows = await weir.sql(
    "SELECT config_revision, picker, groupUniqArray(worker) AS workers FROM requests WHERE kind = 'http' GROUP BY ALL ORDER BY picker",
  );
  expect(
    rows.map((row) => [row["picker"], (row["workers"] as number[]).toSorted((a, b) => a - b)]),
  ).toEqual([
    ["adaptive", [0, 1]],
    ["random", [0, 1]],
  ]);
  // Both workers' requests in flight are in one count: no worker alone had as many.
  const [seen = {}] = await weir.sql(
    `SELECT (SELECT max(arraySum(candidate_inflight)) FROM requests) AS most, max(n) AS alone
     FROM (SELECT count() AS n FROM requests WHERE path = '/slow' GROUP BY worker) AS slow`,
  );
  expect(Number(seen["most"])).toBeGreaterThanOrEqual(Number(seen["alone"]));
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
