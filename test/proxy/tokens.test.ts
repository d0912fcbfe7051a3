// Bearer tokens through the whole proxy: what the row, the policy, the client and the upstream get.
import { expect, it } from "vitest";
import { createSigner, ISSUER } from "../identity/tokens/support.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const MODEL =
  "[request_definition]\nr = sub, dom, iss, obj\n[policy_definition]\np = sub, dom, iss, obj\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub && r.dom == p.dom && r.iss == p.iss && keyMatch(r.obj, p.obj)\n";
const RULES = `p, alice, acme, ${ISSUER}, /closed/*\n`;
const REQUEST = [
  "identity.subject",
  "identity.attribute.domain",
  "identity.issuer",
  "request.path",
];

const FRESH = { iss: ISSUER, aud: "orders", exp: Math.ceil(Date.now() / 1000) + 300, jti: "t-1" };

const signer = await createSigner();
const config = {
  identity: {
    keys: [{ key: "k-alice", subject: "alice" }],
    tokens: [
      {
        issuer: ISSUER,
        audience: ["orders"],
        keys: [signer.pem],
        claims: { attributes: { domain: "tenant" } },
      },
    ],
  },
  routes: [{ name: "all", service: "app", authenticate: ["jwt", "key"] }],
};
const policy = { model: MODEL, rules: RULES };

it("verified claims are in the row, the policy's request and the upstream's fields; the token is nowhere", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config,
    policy,
    request: REQUEST,
  });
  const token = await signer.sign({ ...FRESH, sub: "alice", tenant: "acme", roles: ["dev"] });
  const ask = () =>
    exchangeRaw(proxy.port, requestText("GET /closed/a", { Authorization: `Bearer ${token}` }));
  expect((await ask()).status).toBe(200);
  expect((await ask()).status).toBe(200);
  expect(proxy.rows[0]).toMatchObject({
    authOutcome: "ok",
    identity: { subject: "alice", kind: "token", issuer: ISSUER, roles: ["dev"] },
    policyRequest: ["alice", "acme", ISSUER, "/closed/a"],
  });
  const { fields } = upstream.calls[0]!;
  expect(fields.all("x-weir-subject")).toEqual(["alice"]);
  expect(fields.all("authorization")).toEqual([]);
  proxy.revoked.replace([{ issuer: ISSUER, jti: "t-1" }]);
  expect((await ask()).status).toBe(401);
  expect(proxy.rows[2]).toMatchObject({ authOutcome: "revoked", identity: { subject: "" } });
  const signature = token.split(".")[2]!;
  expect(JSON.stringify([proxy.rows, proxy.log])).not.toContain(signature);
});

it.each<[string, object, string, string]>([
  ["a bad one", { aud: "billing" }, "wrong_audience", "wrong_audience"],
  ["one whose subject is a role", { sub: "role:admin" }, "reserved_subject", ""],
])("%s: 401 with the challenge of RFC 6750", async (...[, claims, outcome, description]) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const token = await signer.sign({ ...FRESH, sub: "alice", ...claims });
  const fields = { Authorization: `Bearer ${token}` };
  const response = await exchangeRaw(proxy.port, requestText("GET /a", fields));
  expect(response.status).toBe(401);
  const error = `, error="invalid_token", error_description="${description}"`;
  expect(response.fields.get("www-authenticate")).toBe(
    `Bearer realm="weir"${description === "" ? "" : error}`,
  );
  expect(proxy.rows[0]).toMatchObject({ authOutcome: outcome, errorCode: "invalid_credentials" });
  expect(upstream.calls).toHaveLength(0);
});

it("without a token the next method is asked, and the challenge names both and no error", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const none = await exchangeRaw(proxy.port, requestText("GET /a"));
  expect(none.fields.all("www-authenticate")).toEqual([
    'Bearer realm="weir"',
    'ApiKey header="x-api-key"',
  ]);
  const keyed = await exchangeRaw(proxy.port, requestText("GET /a", { "x-api-key": "k-alice" }));
  expect(keyed.status).toBe(200);
});

it.each<[string, object]>([
  ["keys_unavailable", { jwks_url: "http://127.0.0.1:9/keys", audience: ["orders"] }],
  [
    "introspection_unavailable",
    { introspection: { url: "http://127.0.0.1:9/ask", client_id: "weir", client_secret: "s" } },
  ],
])(
  "%s: the token may be good, so it is 503, to be tried again, and no failure of its source",
  async (...[outcome, source]) => {
    await using upstream = await startUpstream(answerOk);
    const identity = {
      tokens: [{ issuer: ISSUER, ...source }],
      failures: { per_source_per_minute: 1 },
    };
    await using proxy = await startProxy({
      upstreams: [upstream.url],
      config: { ...config, identity },
    });
    const fields = { Authorization: `Bearer ${await signer.sign({ ...FRESH, sub: "alice" })}` };
    for (const turn of [0, 1, 2]) {
      const response = await exchangeRaw(proxy.port, requestText("GET /a", fields));
      expect(response.status).toBe(503);
      expect(response.fields.get("retry-after")).toMatch(/^[15]$/);
      expect(response.fields.get("www-authenticate")).toBeUndefined();
      expect(proxy.rows[turn]).toMatchObject({
        authOutcome: outcome,
        errorCode: "verifier_unavailable",
      });
    }
    expect(upstream.calls).toHaveLength(0);
  },
);

it("a source whose tokens fail too often is told to wait; what it had verified gets in, and so do others", async () => {
  await using upstream = await startUpstream(answerOk);
  const identity = { ...config.identity, failures: { per_source_per_minute: 3 } };
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: { ...config, identity },
  });
  const ask = async (token: string) => {
    const fields = { Authorization: `Bearer ${token}` };
    return (await exchangeRaw(proxy.port, requestText("GET /a", fields))).status;
  };
  const good = (jti: string) => signer.sign({ ...FRESH, jti, sub: "alice" });
  const [known, fresh] = [await good("known"), await good("fresh")];
  expect(await ask(known)).toBe(200);
  const statuses: (number | undefined)[] = [];
  for (let turn = 0; turn < 5; turn++) statuses.push(await ask(`bad-${turn}`));
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect([await ask(known), await ask(fresh)]).toEqual([200, 429]);
});

it("a token in the query or in the body is none (RFC 6750 sections 2.2 and 2.3), and is in no row", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const token = await signer.sign({ ...FRESH, sub: "alice" });
  const inQuery = requestText(`GET /a?access_token=${token}`);
  const body = `access_token=${token}`;
  const form = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Length": `${body.length}`,
  };
  const inBody = requestText("POST /a", form) + body;
  for (const [turn, text] of [inQuery, inBody].entries()) {
    expect((await exchangeRaw(proxy.port, text)).status).toBe(401);
    expect(proxy.rows[turn]).toMatchObject({ authOutcome: "none" });
  }
  expect(JSON.stringify(proxy.rows)).not.toContain(token.split(".")[2]!);
});
