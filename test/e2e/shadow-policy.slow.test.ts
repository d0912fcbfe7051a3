// A candidate policy beside the enforced one: who would gain and lose, its reload, and what is wrong with it.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { weirInProcess } from "../cli/support/in-process.ts";
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
import { startUpstream } from "./support/upstream.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MODEL = model({
  request: "sub, obj, token",
  policy: "sub, obj",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub && keyMatch(r.obj, p.obj)",
});
const ENFORCED = "p, anonymous, /a/*\np, anonymous, /both\n";
const CANDIDATE = "# the next one\np, anonymous, /b/*\np, anonymous, /both\n";
const SECRET = "Bearer s3cret-of-a-caller";
/** What has not changed for so long is read, and what goes on changing is so often. */
const SETTLED_MS = 100;
const STORM_MS = 2_000;
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

function siteWithCandidate(): Site {
  const more = `policy:
  model: model.conf
  rules: rules.csv
  request: [ identity.subject, request.path, request.header.authorization ]
  shadow: { model: next.conf, rules: next.csv }
`;
  return createSite(configOf({ upstreams: [upstream.url], workers: 2, more }), {
    "model.conf": MODEL,
    "rules.csv": ENFORCED,
    "next.conf": MODEL,
    "next.csv": CANDIDATE,
  });
}

/** How the paths are answered, in their order. */
function statuses(weir: WeirProcess, paths: readonly string[]): Promise<number[]> {
  const headers = { authorization: SECRET };
  return Promise.all(
    paths.map(async (path) => {
      const response = await fetch(`${weir.proxy}${path}`, { headers });
      await response.arrayBuffer();
      return response.status;
    }),
  );
}

async function changes({ admin }: WeirProcess): Promise<unknown[]> {
  const { status, out } = await weirInProcess(["query", "shadow", "--json", "--admin", admin]);
  expect(status).toBe(0);
  const { rows } = JSON.parse(out) as { readonly rows: readonly Record<string, unknown>[] };
  return rows.map((row) => [
    row["change"],
    row["path"],
    row["requests"],
    row["shadow_rule_source"],
  ]);
}

interface PolicyAnswer {
  readonly revision: string;
  readonly fault: string | null;
  readonly shadow: {
    readonly revision: string;
    readonly rules: number;
    readonly fault: string | null;
  };
}

async function policyOf(weir: WeirProcess): Promise<PolicyAnswer> {
  return (await fetch(`${weir.admin}/api/v1/policy`)).json() as Promise<PolicyAnswer>;
}

async function untilPolicy(
  weir: WeirProcess,
  wanted: (policy: PolicyAnswer) => boolean,
): Promise<PolicyAnswer> {
  for (const endMs = Date.now() + 120_000; ;) {
    const policy = await policyOf(weir);
    if (wanted(policy)) return policy;
    if (Date.now() > endMs) throw new Error(`policy: ${JSON.stringify(policy)}\n${weir.errors()}`);
    await sleep(50);
  }
}

test("gains and losses are shown, and follow a reload", async () => {
  const site = siteWithCandidate();
  const weir = await startWeir(site);
  const paths = ["/a/1", "/a/2", "/b/1", "/both", "/none"];
  expect(await statuses(weir, paths)).toEqual([200, 200, 403, 200, 403]);
  await weir.drained();
  const before = await changes(weir);
  expect(before).toHaveLength(2);
  expect(before[0]).toEqual(["gain", "/b/1", 1, expect.stringMatching(/next\.csv:2$/)]);
  expect(before[1]).toEqual(["loss", expect.stringMatching(/^\/a\//), 2, ""]);
  expect(await weir.metrics()).toMatch(/shadow_changes_total\{.*change="loss"\} 2\n/);

  const { shadow } = await policyOf(weir);
  site.put({ "next.csv": `${CANDIDATE}p, anonymous, /a/*\n` });
  const after = await untilPolicy(weir, (policy) => policy.shadow.revision !== shadow.revision);
  expect(after).toMatchObject({ fault: null, shadow: { rules: 3, fault: null } });
  expect(await statuses(weir, paths)).toEqual([200, 200, 403, 200, 403]);
  await weir.drained();
  // What the candidate before said is told no more.
  expect((await changes(weir)).map((row) => (row as string[])[0])).toEqual(["gain"]);
  const rows = await weir.sql(
    "SELECT shadow_revision AS revision, groupUniqArray(policy_replay) AS replay, count() AS n FROM requests WHERE kind = 'http' GROUP BY 1",
  );
  expect(rows.map((row) => [row["replay"], Number(row["n"])])).toEqual([
    [["redacted"], 5],
    [["redacted"], 5],
  ]);
  const whole = await weir.sql("SELECT * FROM requests");
  expect(JSON.stringify(whole)).not.toContain("s3cret");
  expect(weir.output() + weir.errors()).not.toContain("s3cret");
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("a broken candidate is told everywhere and touches nothing; so is a broken policy", async () => {
  const site = siteWithCandidate();
  const weir = await startWeir(site);
  const before = await policyOf(weir);
  site.put({
    "next.csv": "p, anonymous, /a/*\nnonsense\n",
    "rules.csv": `${ENFORCED}p, x, /y\n`,
  });
  // Written one after the other, they may be seen one after the other.
  const broken = await untilPolicy(
    weir,
    ({ shadow, revision }) => shadow.fault !== null && revision !== before.revision,
  );
  const fault = /next\.csv:2: policy\.shadow\.rules: /;
  expect(broken.shadow.fault).toMatch(fault);
  expect(broken.shadow.revision).toBe(before.shadow.revision);
  expect(broken.fault).toBeNull();
  expect(weir.errors()).toMatch(/"event":"shadow_refused".*next\.csv:2: policy\.shadow\.rules: /);
  expect(await weir.metrics()).toMatch(/^weir_policy_shadow_ok 0$/m);
  expect(await weir.metrics()).toMatch(/^weir_reload_ok 1$/m);
  const reloaded = await weir.reload();
  expect(reloaded.status).toBe(200);
  expect(((await reloaded.json()) as { shadow_fault: string }).shadow_fault).toMatch(fault);
  const check = ["check", "-c", site.file];
  expect(await weirInProcess(check)).toMatchObject({
    status: 2,
    out: expect.stringMatching(fault),
  });
  expect(await statuses(weir, ["/a/1", "/b/1"])).toEqual([200, 403]);
  await weir.drained();
  const [row] = await weir.sql(
    "SELECT groupUniqArray(shadow_revision) AS revisions FROM requests WHERE kind != 'audit'",
  );
  expect(row?.["revisions"]).toEqual([before.shadow.revision]);

  site.put({ "next.csv": CANDIDATE, "rules.csv": "nonsense\n" });
  const refused = await untilPolicy(weir, (policy) => policy.fault !== null);
  expect(refused.fault).toMatch(/rules\.csv:1: policy\.rules: /);
  expect(refused.revision).toBe(broken.revision);
  expect((await weir.status()).reload).toMatchObject({ ok: false, fault: refused.fault });
  expect(await weir.metrics()).toMatch(/^weir_reload_ok 0$/m);
  expect(weir.errors()).toMatch(/"event":"reload_refused".*rules\.csv:1: policy\.rules: /);
  expect((await weir.reload()).status).toBe(422);
  expect((await weirInProcess(check)).status).toBe(2);
  // It goes on as it was, and so it is ready.
  expect((await fetch(`${weir.admin}/readyz`)).status).toBe(200);
  expect(await statuses(weir, ["/a/1", "/b/1"])).toEqual([200, 403]);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("a thousand writes in a second are few reloads, and the last counts", async () => {
  const site = siteWithCandidate();
  const weir = await startWeir(site);
  const beganMs = performance.now();
  let lastMs = beganMs;
  let rests = 0;
  for (let nth = 1; nth <= 1000; nth++) {
    site.put({ "next.csv": `p, anonymous, /${nth}\n`.repeat(nth) });
    if (nth % 10 === 0) await sleep(8);
    const nowMs = performance.now();
    if (nowMs - lastMs > SETTLED_MS / 2) rests++;
    lastMs = nowMs;
  }
  await untilPolicy(weir, ({ shadow }) => shadow.rules === 1000);
  const reloads = weir.errors().match(/"event":"reloaded"/g) ?? [];
  // Once when it is over, and while it goes on every two seconds; where a busy machine rests, it looks over.
  const most = 2 + Math.floor((lastMs - beganMs) / STORM_MS) + rests;
  expect(reloads.length).toBeLessThanOrEqual(most);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("a broken candidate keeps weir from starting", async () => {
  const site = siteWithCandidate();
  site.put({ "next.conf": MODEL.replace("r = sub, obj, token", "r = sub, obj") });
  const spawned = spawnWeir(["run", "-c", site.file]);
  expect((await exitOf(spawned.child)).code).toBe(2);
  expect(spawned.errors()).toMatch(/next\.conf:2: policy\.shadow\.model: r has 2 fields/);
});
