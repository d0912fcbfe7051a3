// AuthZEN asked of a real weir: rows in a real store, also after kill -9, and decided again under a candidate.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ALICE,
  BOB,
  CERTIFICATION,
  READ,
  RECORD_1,
  WRITE,
} from "../admin/support/authzen-certification.ts";
import { weirPolicy } from "../cli/support/in-process.ts";
import {
  configOf,
  createSite,
  cleanUp,
  type Site,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const TRAFFIC_MODEL = model({
  request: "sub, obj",
  policy: "sub, obj",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub && keyMatch(r.obj, p.obj)",
});

let site: Site;
let upstream: Upstream;
let weir: WeirProcess;

beforeAll(async () => {
  upstream = await startUpstream();
  const authzen = `{ model: pdp/model.conf, rules: pdp/policy.csv, entities: pdp/entities.yaml, request: [ subject, action, resource ] }`;
  const policy = `{ model: model.conf, rules: policy.csv, request: [ identity.subject, request.path ], authzen: ${authzen} }`;
  site = createSite(configOf({ upstreams: [upstream.url], more: `policy: ${policy}\n` }), {
    "model.conf": TRAFFIC_MODEL,
    "policy.csv": "p, anonymous, /*\n",
  });
  writePolicy("pdp", CERTIFICATION.rules);
  weir = await startWeir(site);
});

afterAll(async () => {
  await weir?.stop();
  cleanUp();
  upstream?.close();
});

function writePolicy(folder: string, rules: string): string {
  site.put({
    [`${folder}/model.conf`]: CERTIFICATION.model,
    [`${folder}/policy.csv`]: rules,
    [`${folder}/entities.yaml`]: CERTIFICATION.entities ?? "",
  });
  return join(site.folder, folder);
}

async function ask(
  body: object,
): Promise<{ readonly decision: boolean; readonly context: { readonly trace_id: string } }> {
  const response = await fetch(`${weir.admin}/access/v1/evaluation`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Awaited<ReturnType<typeof ask>>;
}

test("each decision is a row, though weir is killed right after its answer", async () => {
  await (await fetch(`${weir.proxy}/passes`)).arrayBuffer();
  const allowed = await ask({ subject: ALICE, action: READ, resource: RECORD_1 });
  expect(allowed).toMatchObject({ decision: true });
  await weir.drained();
  const ids = [allowed.context.trace_id];
  for (let turn = 0; turn < 20; turn++) {
    const { decision, context } = await ask({ subject: BOB, action: WRITE, resource: RECORD_1 });
    expect(decision).toBe(false);
    ids.push(context.trace_id);
  }
  await weir.stop("SIGKILL");
  weir = await startWeir(site);
  await weir.drained();
  const rows = await weir.sql(
    "SELECT trace_id, decision, principal, rule, policy_replay, route FROM requests WHERE kind = 'decision' ORDER BY started_at",
  );
  expect(rows.map(({ trace_id }) => trace_id)).toEqual(ids);
  expect(rows[0]).toMatchObject({ decision: "allow", principal: "alice", policy_replay: "json" });
  expect(rows[1]).toMatchObject({
    decision: "deny",
    principal: "bob",
    rule: "",
    route: "authzen",
  });
});

test("a reload of its policy takes effect; a bad one is refused and changes nothing", async () => {
  const bobWrites = { subject: BOB, action: WRITE, resource: RECORD_1 };
  writePolicy("pdp", "p, bob, write, record-1, r.nonsense\n");
  expect((await weir.reload()).status).toBe(422);
  expect(await ask(bobWrites)).toMatchObject({ decision: false });
  writePolicy("pdp", "p, bob, write, record-1, true\n");
  expect((await weir.reload()).status).toBe(200);
  expect(await ask(bobWrites)).toMatchObject({ decision: true });
  site.put({ "pdp/entities.yaml": "subjects: 5\n" });
  expect((await weir.reload()).status).toBe(422);
  writePolicy("pdp", CERTIFICATION.rules);
  expect((await weir.reload()).status).toBe(200);
  expect(await ask(bobWrites)).toMatchObject({ decision: false });
});

test("decisions are replayed apart from traffic, each under a policy of its own", async () => {
  await weir.drained();
  const replay = (...args: readonly string[]): ReturnType<typeof weirPolicy> =>
    weirPolicy(["replay", "--admin", weir.admin, "--since", "1h", "--json", ...args]);
  const traffic = await replay(
    "--model",
    join(site.folder, "model.conf"),
    "--rules",
    join(site.folder, "policy.csv"),
  );
  expect(JSON.parse(traffic.out)).toMatchObject({
    requests: 1,
    replayed: 1,
    gains: [],
    losses: [],
  });
  const stricter = writePolicy("stricter", "p, bob, read, record-1, true\n");
  const { status, out } = await replay("--kind", "decision", "--candidate", stricter);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    gained_requests: 0,
    losses: expect.arrayContaining([expect.objectContaining({ principal: "alice" })]) as unknown,
  });
});

test("the list shows them, and what is decided elsewhere is not explained by the enforced policy", async () => {
  const get = async (path: string): Promise<{ readonly rows: readonly Record<string, string>[] }> =>
    (await (await fetch(weir.admin + path)).json()) as Awaited<ReturnType<typeof get>>;
  const { rows } = await get("/api/v1/requests?kind=decision&limit=5");
  expect(rows).toHaveLength(5);
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(["decision"]));
  expect((await get("/api/v1/requests?kind=request")).rows).toMatchObject([{ path: "/passes" }]);
  const explained = await fetch(`${weir.admin}/api/v1/policy/explain`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ trace_id: rows[0]?.["trace_id"] }),
  });
  expect(explained.status).toBe(422);
  expect(await explained.json()).toMatchObject({
    code: "not_decidable",
    detail: expect.stringContaining("policy.authzen.model") as string,
  });
});
