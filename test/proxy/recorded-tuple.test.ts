// The tuple in the row: exact where it can be, and no secret in it whatever a policy asks.
import { expect, it } from "vitest";
import type { RequestTuple, RequestValue } from "../../src/policy/request/tuple.ts";
import { createRecordTuple, secretFieldsOf } from "../../src/proxy/recorded-tuple.ts";
import type { TelemetryOptions } from "../../src/telemetry/options.ts";
import { RequestRecord } from "../../src/telemetry/record.ts";
import { createRedaction } from "../../src/telemetry/redact.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const SECRETS = secretsOf({
  redact: { query: ["token"], headers: ["cookie"], attributes: ["pin"], path: ["/reset/:token"] },
  protect: null,
});
const PROTECTED = secretsOf({
  redact: { query: [], headers: [], attributes: [], path: [] },
  protect: {
    key: "",
    encrypt: ["principal", "path", "user_agent"],
    hash: ["client_address", "issuer", "headers.x-team"],
  },
});

function secretsOf(
  telemetry: Pick<TelemetryOptions, "redact" | "protect">,
): ReturnType<typeof secretFieldsOf> {
  const spool = { max_bytes: 0, segment_bytes: 0, signal_max_bytes: 0 };
  const options: TelemetryOptions = { ...telemetry, audit: "optional", spool, headers: [] };
  return secretFieldsOf(options, new Set(), createRedaction(options, []));
}

const cases: readonly [string, readonly string[], RequestTuple, readonly string[], string][] = [
  ["nothing secret", ["identity.subject", "request.path"], ["a", "/"], ["a", "/"], ""],
  [
    "a secret header",
    ["request.path", "request.header.Cookie"],
    ["/", "c"],
    ["/", "-"],
    "redacted",
  ],
  ["one that was not sent", ["request.path", "request.header.cookie"], ["/", ""], ["/", ""], ""],
  ["another header", ["request.header.accept"], ["*/*"], ["*/*"], ""],
  ["a secret attribute", ["identity.attribute.pin"], ["1234"], ["-"], "redacted"],
  ["a header of that name", ["request.header.pin"], ["1234"], ["1234"], ""],
  [
    "an identity with a secret attribute",
    ["identity", "request.path"],
    [{ subject: "a", attributes: { pin: "1234", team: "x" } }, "/"],
    ['{"subject":"a","attributes":{"pin":"-","team":"x"}}', '"/"'],
    "redacted",
  ],
  ["a secret part of a path", ["request.path"], ["/reset/x1/y"], ["/reset/-/y"], "redacted"],
  ["a path without one", ["request.path"], ["/orders/x1"], ["/orders/x1"], ""],
  [
    "a secret part of a path in an object",
    ["request"],
    [{ path: "/reset/x1", method: "GET" }],
    ['{"path":"/reset/-","method":"GET"}'],
    "redacted",
  ],
  [
    "a URL in a field",
    ["request.header.referer"],
    ["https://u:p@a.example/reset/x1?token=x2&a=1#x3"],
    ["https://-@a.example/reset/-?token=-&a=1"],
    "redacted",
  ],
  [
    "an identity without one",
    ["identity"],
    [{ attributes: { team: "x" } }],
    ['{"attributes":{"team":"x"}}'],
    "json",
  ],
];

it.each(cases)("%s", (...[, fields, tuple, kept, replay]) => {
  const record = new RequestRecord();
  createRecordTuple(fields, SECRETS)(record, tuple);
  expect([record.policyRequest, record.policyReplay]).toEqual([kept, replay]);
});

const protectedCases: readonly [string, RequestValue, RequestValue, string][] = [
  ["identity.subject", "alice", "-", "redacted"],
  ["identity.subject", "anonymous", "anonymous", ""],
  ["identity.issuer", "https://login.example", "-", "redacted"],
  ["identity.kind", "token", "token", ""],
  ["request.path", "/orders/1", "-", "redacted"],
  ["request.client_address", "192.0.2.1", "-", "redacted"],
  ["request.header.user-agent", "curl", "-", "redacted"],
  ["request.header.X-Team", "red", "-", "redacted"],
  ["request.header.accept", "*/*", "*/*", ""],
  ["request.method", "GET", "GET", ""],
  [
    "identity",
    { subject: "alice", issuer: "", kind: "key" },
    '{"subject":"-","issuer":"","kind":"key"}',
    "redacted",
  ],
  [
    "request",
    { path: "/orders/1", client_address: "192.0.2.1", method: "GET" },
    '{"path":"-","client_address":"-","method":"GET"}',
    "redacted",
  ],
];

it.each(protectedCases)("what a row protects is not in its tuple: %s", (field, value, ...kept) => {
  const record = new RequestRecord();
  createRecordTuple([field], PROTECTED)(record, [value]);
  expect([record.policyRequest[0], record.policyReplay]).toEqual(kept);
});

it("an identity asked of as one object: its secret attributes are in no row", async () => {
  await using upstream = await startUpstream(answerOk);
  const matcher = 'r.id.attributes.pin == "s3cret" && r.id.attributes.team == p.team';
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: {
      model: `[request_definition]\nr = id, path\n[policy_definition]\np = team\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = ${matcher}\n`,
      rules: "p, red\n",
    },
    request: ["identity", "request.path"],
    config: {
      telemetry: { redact: { attributes: ["pin"] } },
      routes: [{ name: "all", service: "app", authenticate: ["key"] }],
      identity: {
        keys: [{ key: "k", subject: "alice", attributes: { pin: "s3cret", team: "red" } }],
      },
    },
  });
  const reply = await exchangeRaw(proxy.port, requestText("GET /a", { "x-api-key": "k" }));
  expect(reply.status).toBe(200);
  const { policyRequest, policyReplay } = await proxy.row(0);
  expect(policyReplay).toBe("redacted");
  expect(JSON.parse(policyRequest[0]!)).toMatchObject({ attributes: { pin: "-", team: "red" } });
  expect(policyRequest[1]).toBe('"/a"');
});

const MODEL =
  "[request_definition]\nr = sub, path, a, b, c, d\n[policy_definition]\np = sub\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub\n";
const SECRET_FIELDS = {
  authorization: "Bearer s3cret-1",
  cookie: "session=s3cret-2",
  "x-api-key": "s3cret-3",
  "x-pin": "s3cret-4",
};

it.each([
  ["the defaults", {}, ["-", "-", "-", "s3cret-4"]],
  // A field that carries credentials stays one, whatever the config says of redaction.
  ["other fields named", { redact: { headers: ["X-Pin"] } }, [undefined, undefined, "-", "-"]],
])("credentials a policy looks at are in no row: %s", async (...[, telemetry, expected]) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: { model: MODEL, rules: "p, anonymous\n" },
    request: [
      "identity.subject",
      "request.path",
      ...Object.keys(SECRET_FIELDS).map((name) => `request.header.${name}`),
    ],
    config: { telemetry },
  });
  const reply = await exchangeRaw(proxy.port, requestText("GET /a", SECRET_FIELDS));
  expect(reply.status).toBe(200);
  const row = await proxy.row(0);
  expect(row.policyRequest.slice(0, 2)).toEqual(["anonymous", "/a"]);
  expect(row.policyReplay).toBe("redacted");
  const kept = row.policyRequest.slice(2);
  for (const [at, text] of expected.entries()) if (text !== undefined) expect(kept[at]).toBe(text);
});
