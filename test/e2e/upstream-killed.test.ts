// kill -9 of one of three upstreams under load: only what was in flight there may fail, and it comes back.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  killLeftovers,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "./support/free-port.ts";

const ENTRY = join(import.meta.dirname, "support", "upstream-process.ts");
const CLIENTS = 16;
const children: ChildProcess[] = [];

async function startReplica(port: number): Promise<ChildProcess> {
  const child = fork(ENTRY, [String(port)]);
  children.push(child);
  await once(child, "message");
  return child;
}

/** Answers that came from the n-th endpoint so far. */
async function answeredBy(weir: WeirProcess, at: number): Promise<number> {
  const response = await fetch(`${weir.admin}/api/v1/services`);
  const { services } = (await response.json()) as {
    readonly services: readonly { readonly endpoints: readonly { readonly ok_total: number }[] }[];
  };
  return services[0]?.endpoints[at]?.ok_total ?? 0;
}

afterAll(() => {
  killLeftovers();
  for (const child of children) child.kill("SIGKILL");
});

test("a killed upstream costs what was in flight on it at most", { timeout: 60_000 }, async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const replicas = await Promise.all(ports.map(startReplica));
  const upstreams = ports.map((port) => `http://127.0.0.1:${port}`);
  const site = createSite(configOf({ upstreams }));
  const weir = await startWeir(site);
  // Every answer takes 50 ms, so that something is in flight; a third are POSTs with a body.
  const load = startLoad({
    port: weir.port,
    clients: CLIENTS,
    ask: (n) =>
      n % 3 === 0
        ? { method: "POST", path: "/x?ms=50", body: `body ${n}` }
        : { method: "GET", path: "/x?ms=50" },
  });
  await load.reached(300);
  replicas[0]?.kill("SIGKILL");
  await load.reached(load.answers.length + 300);
  await startReplica(ports[0] ?? 0);
  const revivedAtMs = performance.now();
  const answeredBefore = await answeredBy(weir, 0);
  await expect
    .poll(() => answeredBy(weir, 0), { timeout: 20_000 })
    .toBeGreaterThan(answeredBefore + 10);
  const revivedMs = Math.round(performance.now() - revivedAtMs);
  await load.stop();
  await weir.drained();

  expect(load.failures).toEqual([]);
  const bad = load.answers.filter(({ status }) => status !== 200);
  expect(bad.length).toBeLessThanOrEqual(CLIENTS);
  // A GET is sent anew elsewhere; a POST that may have been processed is not.
  expect(bad.filter(({ method }) => method !== "POST")).toEqual([]);
  for (const { status, body } of bad) {
    expect(status).toBe(502);
    expect(body).toContain('"code":"upstream_reset"');
  }
  await expectOneRowEach(weir.sql, load.answers);
  const dead = upstreams[0] ?? "";
  const [row = {}] = await weir.sql(
    `SELECT countIf(status = 200 AND length(attempt_upstream) = 2 AND attempt_upstream[1] = '${dead}'
        AND attempt_error[1] != '' AND attempt_error[2] = '' AND attempt_upstream[2] != '${dead}') AS retried,
      countIf(length(attempt_upstream) > 3) AS storms
    FROM requests`,
  );
  expect(Number(row["retried"])).toBeGreaterThan(0);
  // At most three: a kept connection that had died, the dead endpoint itself, and another one.
  expect(Number(row["storms"])).toBe(0);
  console.log(
    `upstream killed: ${bad.length} failed of ${load.answers.length}, ${String(row["retried"])} retried; back after ${revivedMs} ms`,
  );
  expect(await weir.stop()).toMatchObject({ code: 0 });
  site.remove();
});
