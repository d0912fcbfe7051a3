// Protected fields are looked for in all that shows rows: tail, trace, list, panels, replay, propose, cases, audit rows, dead letters.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStore } from "../../src/store/client.ts";
import { cleanUp, configOf, createSite, exitOf, spawnWeir } from "../support/weir-process.ts";
import { type Site, startWeir, type WeirProcess } from "../support/weir-process.ts";
import { type FarStore, startFarStore } from "./support/far-store.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

/** What a caller says, each in a field that is protected. */
const PLANTED = {
  principal: "planted-alice-0c1d",
  query: "planted-query-2e3f",
  path: "planted-path-6c7d",
  agent: "planted-agent-4a5b",
  header: "planted-header-8e9f",
} as const;

const MODEL = `[request_definition]
r = sub, path, act
[policy_definition]
p = sub, path, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.path, p.path) && r.act == p.act
`;

let store: FarStore;
let upstream: Upstream;
let site: Site;
let weir: WeirProcess;
let shown = "";

beforeAll(async () => {
  [upstream, store] = await Promise.all([startUpstream(), startFarStore()]);
  site = createSite(config(), {
    "fields.key": randomBytes(32).toString("base64"),
    "model.conf": MODEL,
    "policy.csv": `p, reader, /orders/:id, GET\ng, ${PLANTED.principal}, reader\n`,
  });
  weir = await startWeir(site, { ALICE_KEY: "key-of-alice" });
});

afterAll(async () => {
  upstream.close();
  cleanUp();
  await store.close();
});

function config(): string {
  const text = configOf({
    upstreams: [upstream.url],
    store: store.config,
    more: `policy: { model: model.conf, rules: policy.csv, request: [ identity.subject, request.path, request.method ] }
identity:
  keys: [ { key: "\${env:ALICE_KEY}", subject: ${PLANTED.principal} } ]
telemetry:
  headers: [ x-chosen ]
  protect:
    key: "\${file:fields.key}"
    encrypt: [ path, query, user_agent, headers.x-chosen ]
    hash: [ principal, client_address ]
`,
  });
  return text.replace("service: all }", "service: all, authenticate: [ key ], rewrite: /new/** }");
}

/** What a command prints, and its exit. */
async function weirSays(
  ...args: readonly string[]
): Promise<{ code: number | null; text: string }> {
  const said = spawnWeir([...args, "--admin", weir.admin]);
  const { code } = await exitOf(said.child);
  const text = said.output() + said.errors();
  shown += text;
  return { code, text };
}

async function get(path: string): Promise<string> {
  const response = await fetch(`${weir.admin}${path}`);
  const text = await response.text();
  expect([path, response.status]).toEqual([path, 200]);
  shown += text;
  return text;
}

const PANELS = /One of ([a-z0-9_, -]+), or of the config/;

const headers = {
  "x-api-key": "key-of-alice",
  "user-agent": PLANTED.agent,
  "x-chosen": PLANTED.header,
};

async function send(): Promise<string> {
  const url = `${weir.proxy}/orders/${PLANTED.path}?q=${PLANTED.query}`;
  const response = await fetch(url, { headers });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("traceresponse")?.split("-")[1] ?? "";
}

/** Sends until both tails have shown a row; the last one's trace. */
async function watched(): Promise<string> {
  const gone = new AbortController();
  const tail = await fetch(`${weir.admin}/api/v1/requests/stream`, { signal: gone.signal });
  const cli = spawnWeir(["tail", "--json", "--admin", weir.admin]);
  const reader = tail.body?.pipeThrough(new TextDecoderStream()).getReader();
  let live = "";
  let trace = "";
  while (!/event: request/.test(live) || cli.output() === "") {
    trace = await send();
    live += (await reader?.read())?.value ?? "";
  }
  gone.abort();
  cli.child.kill("SIGTERM");
  await exitOf(cli.child);
  expect(live).toContain("enc:v1:");
  shown += live + cli.output() + cli.errors();
  return trace;
}

async function askedOfAll(): Promise<void> {
  const description = await get("/api/v1/openapi.json");
  const names = PANELS.exec(description)?.[1]?.split(", ") ?? [];
  expect(names).toContain("audit");
  for (const name of names) {
    const panel = await fetch(`${weir.admin}/api/v1/query/${name}`);
    // Some need to be told what of.
    expect([name, panel.status]).toEqual([name, expect.toBeOneOf([200, 400])]);
    shown += await panel.text();
  }
}

/** A row that the store never takes, and what the store says of it. */
async function refused(): Promise<void> {
  const operator = createStore({ url: store.url });
  await operator.command(
    "ALTER TABLE requests ADD CONSTRAINT refused CHECK empty(concat(principal, path, query, user_agent, headers['x-chosen']))",
  );
  await operator.close();
  await send();
  await weir.until(({ spool }) => spool.rejected_rows > 0);
  const folder = join(site.data, "spool/dead-letter");
  const letters = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  expect(letters.join("")).toMatch(/enc:v1:.*hash:v1:|hash:v1:.*enc:v1:/);
  expect(letters.join("")).toMatch(/"reason":".*refused.*(?:enc|hash):v1:/);
  shown += letters.join("");
}

test("nothing that shows rows shows what they protect", async () => {
  const trace = await watched();
  await weir.drained();
  expect(await get(`/api/v1/requests`)).toContain("hash:v1:");
  expect(await get(`/api/v1/traces/${trace}`)).toContain("enc:v1:");
  await get("/metrics");
  await askedOfAll();
  await get("/api/v1/policy/unused");

  expect((await weirSays("trace", trace)).code).toBe(0);
  expect((await weirSays("trace", trace, "--json")).text).toContain("hash:v1:");
  const replay = await weirSays("policy", "replay", "--since", "1h", "--candidate", site.folder);
  const propose = await weirSays("policy", "propose");
  expect(replay.text + propose.text).not.toContain("orders/");
  const saved = await fetch(`${weir.admin}/api/v1/policy/cases`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": PLANTED.agent },
    body: JSON.stringify({ trace_id: trace }),
  });
  expect(saved.status).toBe(422);
  shown += await saved.text();
  const reload = { method: "POST", headers: { "user-agent": PLANTED.agent } };
  expect((await fetch(`${weir.admin}/api/v1/reload`, reload)).status).toBe(200);
  await weir.drained();
  const rows = await weir.sql("SELECT * FROM requests");
  const spans = await weir.sql("SELECT * FROM otel_traces");
  const audits = rows.filter(({ kind }) => kind === "audit");
  expect(
    audits.map(({ attributes }) => (attributes as Record<string, string>)["audit.action"]),
  ).toEqual(expect.arrayContaining(["save_case", "reload"]) as unknown);
  for (const { user_agent, client_address } of audits) {
    expect([user_agent, client_address]).toEqual([
      expect.stringMatching(/^enc:v1:/) as unknown,
      expect.stringMatching(/^hash:v1:/) as unknown,
    ]);
  }
  shown += JSON.stringify([rows, spans]);
  await refused();
  await weir.stop();
  shown += weir.output() + weir.errors();
  // What the config says of who may call is no row.
  for (const secret of Object.values(PLANTED)) expect(shown.includes(secret), secret).toBe(false);
  expect(readFileSync(site.file, "utf8")).toContain(PLANTED.principal);
});
