// Reload under load: every request is decided by one whole policy, and a bad one changes nothing.
import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  exitOf,
  cleanUp,
  type Site,
  spawnWeir,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startUpstream } from "./support/upstream.ts";
import { model } from "../policy/support.ts";

const MODEL = model({ roles: "", matcher: "keyMatch2(r.obj, p.obj)" });
const ALLOW_A = "p, *, /a, *, allow\n";
const ALLOW_B = "p, *, /b, *, allow\n";
const PANEL = "-- title: T\n-- question: Q?\n-- visual: stat\n-- column n: count\nSELECT 7 AS n\n";
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

function siteWithPolicy(workers: number): Site {
  const more = "policy: { model: model.conf, rules: rules.csv }";
  const config = configOf({ upstreams: [upstream.url], workers, more });
  return createSite(config, { "model.conf": MODEL, "rules.csv": ALLOW_A });
}

/** As editors and deployments do it: the file is there whole or not at all. */
function swapRules(site: Site, rules: string): void {
  site.put({ "rules.csv.new": rules });
  renameSync(join(site.folder, "rules.csv.new"), join(site.folder, "rules.csv"));
}

interface Said {
  readonly code: number | null;
  readonly text: string;
}

async function reloadByCommand({ admin }: WeirProcess): Promise<Said> {
  const spawned = spawnWeir(["reload", "--admin", admin]);
  const { code } = await exitOf(spawned.child);
  return { code, text: spawned.output() + spawned.errors() };
}

async function readiness({ admin }: WeirProcess): Promise<unknown> {
  const response = await fetch(`${admin}/readyz`);
  return { status: response.status, ...((await response.json()) as object) };
}

/** But the log and the status, which tell of it first, and the UI, which shows the status. */
async function expectRefusalEverywhere(weir: WeirProcess, fault: RegExp): Promise<void> {
  const beganS = Date.now() / 1000;
  expect(await reloadByCommand(weir)).toEqual({ code: 2, text: expect.stringMatching(fault) });
  expect(await readiness(weir)).toMatchObject({
    status: 200,
    ready: true,
    warnings: [expect.stringMatching(/^the reload at .* was refused/)],
  });
  const metrics = await weir.metrics();
  expect(metrics).toMatch(/^weir_reload_ok 0$/m);
  const seconds = Number(/^weir_reload_timestamp_seconds ([\d.]+)$/m.exec(metrics)?.[1]);
  expect(seconds).toBeGreaterThan(beganS - 1);
  expect(seconds).toBeLessThan(Date.now() / 1000 + 1);
  const policy = await (await fetch(`${weir.admin}/api/v1/policy`)).json();
  expect(policy).toMatchObject({ enforced: true, rules: 1, fault: expect.stringMatching(fault) });
}

async function policyRevision(weir: WeirProcess): Promise<string> {
  return (await weir.status()).policy.revision ?? "";
}

test("each answer is one revision's, never none's or two's", async () => {
  const site = siteWithPolicy(2);
  const weir = await startWeir(site);
  const first = await policyRevision(weir);
  const load = startLoad({
    port: weir.port,
    // So many that chance gives each worker some.
    clients: 24,
    ask: (n) => ({ method: "GET", path: n % 2 === 0 ? "/a" : "/b" }),
  });
  await load.reached(100);
  // The three ways to ask for a reload, in turn.
  const ways = [
    async () => undefined,
    async () => weir.signal("SIGHUP"),
    async () => void (await weir.reload()),
  ];
  for (let round = 0; round < 6; round++) {
    const before = await policyRevision(weir);
    swapRules(site, round % 2 === 0 ? ALLOW_B : ALLOW_A);
    await ways[round % 3]?.();
    await weir.until(({ policy }) => policy.revision !== before);
    await load.reached(load.answers.length + 60);
  }
  expect(await policyRevision(weir)).toBe(first);
  await load.stop();
  await weir.drained();

  expect(load.failures).toEqual([]);
  expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([200, 403]));
  await expectOneRowEach(weir.sql, load.answers);
  const rows = await weir.sql(
    `SELECT policy_revision AS revision, uniqExact(worker) AS workers,
      groupUniqArray(concat(path, ' ', decision, ' ', toString(status))) AS seen
     FROM requests WHERE kind != 'audit' GROUP BY revision`,
  );
  const seen = Object.fromEntries(
    rows.map((row) => [String(row["revision"]), (row["seen"] as string[]).toSorted()]),
  );
  const [second = ""] = Object.keys(seen).filter((revision) => revision !== first);
  expect(seen).toEqual({
    [first]: ["/a allow 200", "/b deny 403"],
    [second]: ["/a deny 403", "/b allow 200"],
  });
  expect(rows.map((row) => Number(row["workers"]))).toEqual([2, 2]);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("a bad policy or config is told and not taken, a good one clears it", async () => {
  const site = siteWithPolicy(1);
  const weir = await startWeir(site);
  const { config_revision: config, policy } = await weir.until(
    ({ store }) => store.state === "ready",
  );
  const load = startLoad({
    port: weir.port,
    clients: 4,
    ask: () => ({ method: "GET", path: "/a" }),
  });

  swapRules(site, `${ALLOW_A}p, alice, /x\nnonsense here\n`);
  const refused = await weir.until(({ reload }) => reload?.ok === false);
  expect(refused.reload?.fault).toMatch(/rules\.csv:2: policy\.rules: /);
  expect(refused.policy.revision).toBe(policy.revision);
  expect(weir.errors()).toMatch(/"event":"reload_refused".*rules\.csv:2: policy\.rules: /);
  await expectRefusalEverywhere(weir, /rules\.csv:2: policy\.rules: /);
  swapRules(site, ALLOW_A);
  await weir.until(({ reload }) => reload?.ok === true);
  expect(await readiness(weir)).toMatchObject({ ready: true, warnings: [] });
  expect(await weir.metrics()).toMatch(/^weir_reload_ok 1$/m);
  expect(await reloadByCommand(weir)).toMatchObject({ code: 0 });

  site.write(`${configOf({ upstreams: [upstream.url] })}\nnonsense: 1\n`);
  const kept = await weir.until(({ reload }) => reload?.ok === false);
  expect(kept.config_revision).toBe(config);
  expect(kept.reload?.fault).toMatch(/weir\.yaml:\d+: nonsense: /);
  const answer = await weir.reload();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await answer.text()).toContain("nonsense");

  // Without a policy now: /b is open. And with panels of its own.
  site.put({ "own/panels/mine.sql": PANEL, "own/panels/faulty.sql": "SELECT 1\n" });
  const more = "dashboards: own";
  site.write(configOf({ upstreams: [upstream.url], port: 0, workers: 1, more }));
  await weir.until(({ reload, config_revision: now }) => reload?.ok === true && now !== config);
  expect((await fetch(`${weir.proxy}/b`)).status).toBe(200);
  const answered = await fetch(`${weir.admin}/api/v1/query/mine`);
  expect(await answered.json()).toMatchObject({ visual: "stat", rows: [{ n: 7 }] });
  const faulty = /"event":"dashboards_faulty".*faulty\.sql:1: title: is missing/;
  await expect.poll(() => weir.errors()).toMatch(faulty);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
