// A recorded request saved as a test by the API: a real weir with a policy, its store, and the file it writes.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, startApp } from "../../src/app/start-app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/core/log.ts";
import { line, batch } from "../store/support.ts";
import { post, problemOf } from "./support/admin-kit.ts";
import type { Json, JsonObject } from "./support/json-schema.ts";
import { answerFaults, readOpenApi } from "./support/openapi.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MODEL = model({
  policy: "sub, obj, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act",
});

let app: App;
let upstream: Server;
let folder: string;
let api: string;

const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-policy-cases-"));
  upstream = createServer((_, response) => response.end("hello"));
  await new Promise<void>((listening) => upstream.listen(0, "127.0.0.1", listening));
  const { port } = upstream.address() as AddressInfo;
  writeFileSync(inFolder("model.conf"), MODEL);
  writeFileSync(inFolder("policy.csv"), "p, anonymous, /orders, GET\n");
  writeFileSync(
    inFolder("weir.yaml"),
    `listen: { http: 127.0.0.1:0 }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 1
store: embedded
services: { all: { endpoints: [ "http://127.0.0.1:${port}" ] } }
routes: [ { name: all, match: { host: "*", path: /** }, service: all } ]
policy: { model: model.conf, rules: policy.csv }
`,
  );
  const load = () => loadConfig(inFolder("weir.yaml"), {});
  const started = await startApp({ load, log: silentLog });
  if (!started.ok) throw new Error(JSON.stringify(started.faults));
  ({ app } = started);
  api = `http://127.0.0.1:${app.adminAddress.port}`;
});

afterAll(async () => {
  await app?.stop();
  upstream?.close();
  upstream?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** One request through the proxy, stored; its trace id. */
async function send(path: string, traceparent?: string): Promise<string> {
  const headers = traceparent === undefined ? {} : { traceparent };
  const response = await fetch(`http://127.0.0.1:${app.ports.http}${path}`, { headers });
  await response.text();
  await app.drain.flush();
  return (response.headers.get("traceresponse") ?? "").split("-")[1] ?? "";
}

async function save(body: Readonly<Record<string, unknown>>): Promise<Json> {
  const response = await post(`${api}/api/v1/policy/cases`, body);
  const { status } = response;
  const said = (await response.clone().json()) as Json;
  const document = (await (await fetch(`${api}/api/v1/openapi.json`)).json()) as JsonObject;
  const operation = readOpenApi(document).find(({ path }) => path === "/api/v1/policy/cases");
  const type = response.headers.get("content-type") ?? "";
  expect(answerFaults(document, operation!, { status, type, body: said })).toEqual([]);
  return status === 200 ? said : ((await problemOf(response)) as Json);
}

const text = (): string => readFileSync(inFolder("cases.yaml"), "utf8");

test("a dry run shows it, a save writes it, a second one is refused", async () => {
  const trace_id = await send("/orders");
  const yaml = `- name: GET /orders by anonymous
  request: [anonymous, /orders, GET]
  expect: allow
  rule: p, anonymous, /orders, GET
`;
  const file = inFolder("cases.yaml");
  const saved = { file, line: 2, name: "GET /orders by anonymous", yaml };
  const before = readdirSync(folder);
  expect(await save({ trace_id, dry_run: true })).toEqual({ ...saved, saved: false });
  expect(readdirSync(folder)).toEqual(before);
  expect(await save({ trace_id: trace_id.toUpperCase() })).toEqual({ ...saved, saved: true });
  expect(text()).toBe(`cases:\n${yaml.replace(/^(?=.)/gm, "  ")}`);
  expect(await save({ trace_id })).toMatchObject({
    status: 409,
    code: "case_exists",
    detail: `${file}:2: "GET /orders by anonymous" tests this request already, and expects allow`,
  });
  expect(readdirSync(folder)).toEqual([...before, "cases.yaml"].sort());
  await app.drain.flush();
  const rows = (await (await fetch(`${api}/api/v1/requests?kind=audit`)).json()) as {
    readonly rows: readonly { readonly trace_id: string }[];
  };
  const audits = await Promise.all(
    rows.rows.map(async (row) => {
      const trace = await (await fetch(`${api}/api/v1/traces/${row.trace_id}`)).json();
      return JSON.stringify(trace);
    }),
  );
  const [refused = "", done = ""] = audits;
  expect(done).toContain(`"audit.trace_id":"${trace_id}"`);
  expect(done).toContain('"audit.case":"GET /orders by anonymous"');
  expect(done).toContain(`"audit.place":"${file}:2"`);
  expect(refused).toContain(`"audit.trace_id":"${trace_id}"`);
  expect(audits).toHaveLength(2);
});

test("what is expected may be another decision, under another name", async () => {
  const trace_id = await send("/payments");
  const expected = { trace_id, name: "anybody pays", expect: "allow" };
  expect(await save(expected)).toMatchObject({ saved: true, name: "anybody pays" });
  expect(text()).toMatch(
    /- name: anybody pays\n {4}request: \[anonymous, \/payments, GET\]\n {4}expect: allow\n$/,
  );
});

test("of a trace with several requests one is named", async () => {
  const traceId = "ab".repeat(16);
  await send("/a", `00-${traceId}-${"1".repeat(16)}-01`);
  await send("/b", `00-${traceId}-${"1".repeat(16)}-01`);
  const problem = (await save({ trace_id: traceId })) as JsonObject;
  expect(problem).toMatchObject({ status: 400, code: "bad_body", parameter: "span_id" });
  const [span_id] = /[0-9a-f]{16}/.exec(JSON.stringify(problem["detail"])) ?? [];
  expect(await save({ trace_id: traceId, span_id })).toMatchObject({ saved: true });
  expect(await save({ trace_id: traceId, span_id: "0".repeat(16) })).toMatchObject({ status: 404 });
});

test("what can't be decided again is no case", async () => {
  const store = app.store.store();
  const trace_id = "cd".repeat(16);
  const row = line({ trace_id, policy_request: ["***"], policy_replay: "redacted" });
  expect(await store?.write(batch("redacted", [row]))).toEqual({ kind: "stored" });
  expect(await save({ trace_id, expect: "deny" })).toMatchObject({
    status: 422,
    code: "not_a_case",
    detail: expect.stringContaining("a secret in its request was not recorded"),
  });
});

test("a file that can't be read stays as it is", async () => {
  const before = text();
  writeFileSync(inFolder("cases.yaml"), "cases: [\n");
  const trace_id = await send("/c");
  expect(await save({ trace_id })).toMatchObject({
    status: 422,
    code: "case_not_saved",
    detail: expect.stringContaining(`${inFolder("cases.yaml")}:2: `),
  });
  expect(text()).toBe("cases: [\n");
  writeFileSync(inFolder("cases.yaml"), before);
});

test.each([
  [{}, "trace_id: is missing"],
  [{ trace_id: "x" }, "trace_id: must be 32"],
  [{ trace_id: "ab".repeat(16), expect: "maybe" }, "expect: must be one of allow, deny"],
  [{ trace_id: "ab".repeat(16), name: "a\nb" }, "name: must be one line"],
  [{ trace_id: "ab".repeat(16), file: "/etc/passwd" }, "file: is not known here"],
])("%j is a bad body", async (body, detail) => {
  expect(await save(body)).toMatchObject({
    status: 400,
    code: "bad_body",
    detail: expect.stringContaining(detail),
  });
});

test("a trace nobody knows, and a page of another site", async () => {
  expect(await save({ trace_id: "0".repeat(32) })).toMatchObject({ code: "unknown_trace" });
  const response = await fetch(`${api}/api/v1/policy/cases`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "cross-site" },
    body: "{}",
  });
  expect(await problemOf(response)).toMatchObject({ status: 403, code: "cross_site" });
});
