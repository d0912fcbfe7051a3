// POST /api/v1/policy/explain of a running weir: requests given and recorded, and what can't be explained.
import { createServer, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app/start-app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/core/log.ts";
import { post, problemOf, startTestAdmin } from "./support/admin-kit.ts";
import type { JsonObject } from "./support/json-schema.ts";
import { answerFaults, type Operation, readOpenApi } from "./support/openapi.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MODEL = model({
  policy: "sub, obj, act",
  effect: EFFECTS.allowOverride,
  matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act",
});
const PATH = "/api/v1/policy/explain";

let app: App;
let upstream: Server;
let api: string;
let document: JsonObject;
let operation: Operation | undefined;
const folder = mkdtempSync(join(tmpdir(), "weir-explain-"));

beforeAll(async () => {
  upstream = createServer((_, response) => response.end("hello"));
  await new Promise<void>((listening) => upstream.listen(0, "127.0.0.1", listening));
  const { port } = upstream.address() as AddressInfo;
  writeFileSync(join(folder, "model.conf"), MODEL);
  writeRules("p, team, /a/:id, GET\ng, anonymous, team\n");
  writeFileSync(
    join(folder, "weir.yaml"),
    `listen: { http: 127.0.0.1:0 }
admin: { listen: 127.0.0.1:0 }
data: ${join(folder, "data")}
workers: 1
store: embedded
services: { all: { endpoints: [ "http://127.0.0.1:${port}" ] } }
routes:
  - { name: all, match: { path: /** }, service: all }
policy: { model: model.conf, rules: policy.csv, request: [ identity.subject, request.path, request.method ] }
`,
  );
  const load = (): ReturnType<typeof loadConfig> => loadConfig(join(folder, "weir.yaml"), {});
  const started = await startApp({ load, log: silentLog });
  if (!started.ok) throw new Error(JSON.stringify(started.faults));
  ({ app } = started);
  api = `http://127.0.0.1:${app.adminAddress.port}`;
  document = (await (await fetch(`${api}/api/v1/openapi.json`)).json()) as JsonObject;
  operation = readOpenApi(document).find(({ path }) => path === PATH);
});

afterAll(async () => {
  await app?.stop();
  upstream?.close();
  upstream?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

function writeRules(text: string): void {
  writeFileSync(join(folder, "policy.csv"), text);
}

/** The answer, held against the document that describes it. */
async function explain(body: unknown): Promise<Record<string, unknown>> {
  const response = await post(api + PATH, body);
  const type = response.headers.get("content-type") ?? "";
  const answer = (await response.json()) as JsonObject;
  if (operation === undefined) throw new Error(`${PATH} is not described`);
  const given = { status: response.status, type, body: answer };
  expect(answerFaults(document, operation, given), JSON.stringify(answer)).toEqual([]);
  return { ...answer, status: response.status };
}

/** Its trace id, once its row can be read. */
async function recorded(path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${app.ports.http}${path}`);
  await response.text();
  const traceId = (response.headers.get("traceresponse") ?? "").split("-")[1] ?? "";
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    await app.drain.flush().catch(() => undefined);
    if ((await fetch(`${api}/api/v1/traces/${traceId}`)).ok) return traceId;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error("no row in 20 s");
}

describe("a request that is given", () => {
  it("allowed and denied, by the running revision", async () => {
    expect(await explain({ request: ["anonymous", "/a/1", "GET"] })).toMatchObject({
      status: 200,
      decision: "allow",
      reason: "rule",
      rule: "p, team, /a/:id, GET",
      rule_source: expect.stringMatching(/policy\.csv:1$/),
      revision: app.inForce().policy?.revision,
      role_path: ["anonymous", "team"],
    });
    const denied = await explain({ request: ["eve", "/a/1", "GET"] });
    expect(denied).toMatchObject({
      status: 200,
      decision: "deny",
      nearest_misses: [
        { failed: [{ term: "g(r.sub, p.sub)", request: "eve", rule: "team", roles_held: [] }] },
      ],
    });
    expect(await explain({ request: [{ name: "eve" }, "/a/1", "GET"] })).toMatchObject({
      status: 200,
      decision: "error",
      rule: "p, team, /a/:id, GET",
    });
  });

  it.each([
    ["too few fields", { request: ["a", "/"] }, "request: a request has 3 fields, not 2"],
    ["none", { request: [] }, "request: must have a value"],
    ["one too long", { request: ["a", "/", "x".repeat(9000)] }, "longer than"],
    ["too many", { request: Array(65).fill("a") }, "at most 64"],
    ["no list", { request: "a" }, "request: must be"],
    ["nothing asked", {}, "either a request or a trace_id"],
    ["both asked", { request: ["a", "/", "GET"], trace_id: "0".repeat(32) }, "either"],
    [
      "a span without its trace",
      { request: ["a", "/", "GET"], span_id: "0".repeat(16) },
      "needs its trace_id",
    ],
    ["no trace id", { trace_id: "xyz" }, "32 hexadecimal digits"],
    ["an unknown key", { request: ["a", "/", "GET"], more: 1 }, "more"],
  ])("400: %s", async (...[, body, words]) => {
    const answer = await explain(body);
    expect(answer).toMatchObject({ status: 400, code: "bad_body" });
    expect(answer["detail"]).toContain(words);
  });
});

describe("a recorded request", () => {
  it("is explained by the policy of now, beside what was decided", async () => {
    const allowed = await recorded("/a/1");
    const denied = await recorded("/b");
    const former = app.inForce().policy?.revision;
    expect(await explain({ trace_id: allowed })).toMatchObject({
      status: 200,
      decision: "allow",
      differs: false,
      recorded: { trace_id: allowed, decision: "allow", role_path: ["anonymous", "team"] },
    });
    writeRules("p, team, /b, GET\ng, anonymous, team\n");
    await app.reloader.reload();
    const answer = await explain({ trace_id: denied.toUpperCase() });
    expect(answer).toMatchObject({
      decision: "allow",
      differs: true,
      revision: app.inForce().policy?.revision,
      recorded: { decision: "deny", revision: former, rule: "" },
    });
    const { span_id } = answer["recorded"] as { readonly span_id: string };
    expect(await explain({ trace_id: denied, span_id })).toMatchObject({ status: 200 });
    expect(await explain({ trace_id: denied, span_id: "0".repeat(16) })).toMatchObject({
      status: 404,
      code: "unknown_trace",
    });
    expect(await explain({ trace_id: "0".repeat(32) })).toMatchObject({ status: 404 });
  });

  it("is said not to be decidable where the model is another one now", async () => {
    const traceId = await recorded("/b");
    writeFileSync(
      join(folder, "model.conf"),
      MODEL.replace("r = sub, obj, act", "r = sub, obj, act, host").replace(
        "m = ",
        'm = r.host != "" && ',
      ),
    );
    const yaml = join(folder, "weir.yaml");
    writeFileSync(
      yaml,
      readFileSync(yaml, "utf8").replace("request.method ]", "request.method, request.host ]"),
    );
    expect(await app.reloader.reload()).toMatchObject({ ok: true });
    const answer = await explain({ trace_id: traceId });
    expect(answer).toMatchObject({
      status: 422,
      code: "not_decidable",
      detail: "a request has 4 fields, not 3",
      recorded: { trace_id: traceId },
    });
  });
});

describe("rules that decided nothing", () => {
  it("are told by the policy in force and by the rows of the time", async () => {
    writeRules("p, team, /b, GET\np, team, /never, GET\ng, anonymous, team\n");
    await app.reloader.reload();
    const response = await fetch(`${api}/api/v1/policy/unused?since=1h`);
    const type = response.headers.get("content-type") ?? "";
    const body = (await response.json()) as JsonObject;
    const described = readOpenApi(document).find(({ path }) => path === "/api/v1/policy/unused");
    if (described === undefined) throw new Error("it is not described");
    expect(answerFaults(document, described, { status: response.status, type, body })).toEqual([]);
    expect(body).toMatchObject({
      revision: app.inForce().policy?.revision,
      rules: 2,
      unused_count: 1,
      unused: [
        { rule: "p, team, /never, GET", rule_source: expect.stringMatching(/policy\.csv:2$/) },
      ],
    });
  });
});

describe("without a policy, or with too many who ask", () => {
  it.each([
    ["no_policy", 404],
    ["busy", 503],
  ] as const)("%s", async (outcome, status) => {
    const { url } = await startTestAdmin({ explain: () => Promise.resolve(outcome) });
    const response = await post(url + PATH, { request: ["a", "/", "GET"] });
    expect(await problemOf(response)).toMatchObject({ code: outcome, status });
  });
});
