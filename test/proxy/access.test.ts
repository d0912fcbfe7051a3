// Who calls and whether they may: what clients are told, and what reaches the upstream.
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { WeirError } from "../../src/core/errors.ts";
import { createAuthorize } from "../../src/proxy/authorize.ts";
import type { Exchange } from "../../src/proxy/exchange.ts";
import type { RoutedRequest } from "../../src/proxy/route.ts";
import { RequestRecord } from "../../src/telemetry/record.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const CONFIG = {
  identity: {
    keys: [
      { key: "k-alice", subject: "alice", roles: ["admin", "dev"] },
      { key: "k-bob", subject: "bob" },
    ],
  },
  routes: [
    { name: "closed", service: "app", match: { path: "/closed/**" }, authenticate: ["key"] },
    { name: "open", service: "app" },
  ],
};
const MODEL =
  "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub && keyMatch(r.obj, p.obj)\n";
const RULES = "p, alice, /closed/*, GET\np, anonymous, /open/*, GET\n";

const calls: readonly [string, string, Record<string, string>, number, string, string][] = [
  ["no key", "/closed/a", {}, 401, "unauthenticated", "none"],
  ["wrong key", "/closed/a", { "x-api-key": "nope" }, 401, "invalid_credentials", "invalid_key"],
  ["empty key", "/closed/a", { "x-api-key": "" }, 401, "invalid_credentials", "invalid_key"],
  ["right key", "/closed/a", { "X-API-Key": "k-alice" }, 200, "", "ok"],
  ["right key, wrong caller", "/closed/a", { "x-api-key": "k-bob" }, 403, "forbidden", "ok"],
  ["anonymous", "/open/a", {}, 200, "", "none"],
  ["anonymous, no rule", "/other", {}, 403, "forbidden", "none"],
];

it.each(calls)("%s", async (...[, path, fields, status, code, outcome]) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: CONFIG,
    policy: { model: MODEL, rules: RULES },
  });
  const response = await exchangeRaw(proxy.port, requestText(`GET ${path}`, fields));
  expect(response.status).toBe(status);
  expect(upstream.calls).toHaveLength(status === 200 ? 1 : 0);
  expect(response.fields.names.includes("www-authenticate")).toBe(status === 401);
  const [row] = proxy.rows;
  expect(row).toMatchObject({ status, errorCode: code, authOutcome: outcome, completed: true });
  expect(row!.errorSource).toBe(code === "" ? "" : "client");
  if (status === 200) return;
  const body = JSON.parse(response.text) as Record<string, unknown>;
  expect(Object.keys(body).sort()).toEqual(["code", "status", "title", "trace_id", "type"]);
  expect(body).toMatchObject({ code, status, trace_id: row!.traceId });
  // A refusal of a whole request is no reason to lose the connection.
  expect(response.fields.get("connection")).toBe("keep-alive");
});

it("the row has the rule and its line; the client only where the policy explains", async () => {
  await using upstream = await startUpstream(answerOk);
  const deny = `${RULES}p, bob, /closed/b, GET\n`;
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: CONFIG,
    policy: { model: MODEL, rules: deny, explain: true },
  });
  const allowed = await exchangeRaw(
    proxy.port,
    requestText("GET /closed/a", { "x-api-key": "k-alice" }),
  );
  expect(allowed.status).toBe(200);
  expect(proxy.rows[0]).toMatchObject({
    decision: "allow",
    policyRequest: ["alice", "/closed/a", "GET"],
  });
  expect(proxy.rows[0]!.ruleSource).toMatch(/policy\.csv:1$/);
  expect(proxy.rows[0]!.policyRevision).not.toBe("");
  const denied = await exchangeRaw(
    proxy.port,
    requestText("GET /closed/a", { "x-api-key": "k-bob" }),
  );
  expect(JSON.parse(denied.text)).toHaveProperty("rule");
});

describe("identity fields of the client never reach the upstream", () => {
  const forged = {
    "x-weir-subject": "root",
    "X-Weir-Roles": "root",
    X_Weir_Subject: "root",
    "x.weir.subject": "root",
    "X-WEIR-Anything": "root",
    "X-Remote-User": "root",
    "x-api-key": "k-alice",
    X_Api_Key: "k-alice",
    "X-Forwarded-User": "root",
  };
  it.each([
    ["anonymous", "/open/a", undefined, []],
    ["known", "/closed/a", "alice", ["alice"]],
  ])("%s", async (...[, path, subject, expected]) => {
    await using upstream = await startUpstream(answerOk);
    await using proxy = await startProxy({ upstreams: [upstream.url], config: CONFIG });
    await exchangeRaw(proxy.port, requestText(`GET ${path}`, forged));
    const { fields } = upstream.calls[0]!;
    expect(fields.all("x-weir-subject")).toEqual(expected);
    expect(fields.all("x-weir-roles")).toEqual(subject === undefined ? [] : ["admin,dev"]);
    expect(fields.lines.filter(([, value]) => /root|k-alice/.test(value))).toEqual([]);
    expect(proxy.rows[0]!.identity.subject).toBe(subject ?? "");
  });
});

it.each([
  [
    "cannot decide",
    (): unknown => ({ effect: "error", rule: "", ruleSource: "", rolePath: [], permit: null }),
  ],
  [
    "denies",
    (): unknown => ({
      effect: "deny",
      rule: "p, x",
      ruleSource: "f:1",
      rolePath: [],
      permit: null,
    }),
  ],
])("a policy that %s gives no permit (it fails closed)", async (_, decide) => {
  const policy = {
    snapshot: { revision: "r", decide },
    shadow: null,
    explain: false,
    requestOf: () => ["a"],
    keep: () => undefined,
  };
  const exchange = {
    snapshot: { policy },
    record: new RequestRecord(),
    trace: {},
  } as unknown as Exchange;
  const routed = { head: { client: {} } } as unknown as RoutedRequest;
  expect(() => createAuthorize(systemClock, silentLog)(exchange, routed)).toThrow(WeirError);
  expect(exchange.record.decision).toMatch(/error|deny/);
});

it("refusals keep the connection in step: HEAD has no body, a body that came is skipped", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], config: CONFIG });
  using client = await connectRaw(proxy.port);
  client.send(requestText("HEAD /closed/a"));
  const head = await client.response("HEAD");
  expect(head.status).toBe(401);
  expect(Number(head.fields.get("content-length"))).toBeGreaterThan(0);
  client.send(requestText("POST /closed/a", { "Content-Length": "4" }, "body"));
  expect((await client.response()).status).toBe(401);
  client.send(requestText("GET /open/a"));
  expect((await client.response()).text).toBe("ok");
  expect(proxy.rows.map(({ responseBytes, status }) => [status, responseBytes > 0])).toEqual([
    [401, false],
    [401, true],
    [200, true],
  ]);
});

it("a rule that fails denies with a code of its own, and is named in row and log", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: CONFIG,
    policy: {
      model: MODEL.replace("keyMatch(r.obj, p.obj)", "ipMatch(r.obj, p.obj)"),
      rules: "# alice\np, alice, 10.0.0.0/8, GET\n",
      explain: true,
    },
  });
  const request = requestText("GET /closed/a", { "x-api-key": "k-alice" });
  const reply = await exchangeRaw(proxy.port, request);
  expect(reply.status).toBe(503);
  const problem: unknown = JSON.parse(reply.text);
  expect(problem).toMatchObject({ code: "policy_error", rule: "p, alice, 10.0.0.0/8, GET" });
  expect(upstream.calls).toHaveLength(0);
  const [row] = proxy.rows;
  expect(row).toMatchObject({
    decision: "error",
    rule: "p, alice, 10.0.0.0/8, GET",
    errorCode: "policy_error",
    policyRequest: ["alice", "/closed/a", "GET"],
  });
  expect(row!.ruleSource).toMatch(/policy\.csv:2$/);
  expect(row!.fault).toContain("IP address");
  const said = proxy.log.filter((line) => line.includes('"policy_error"'));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(row!.ruleSource);
  expect(said[0]).not.toContain("k-alice");
});
