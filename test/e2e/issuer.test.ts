// An OpenID provider of a private authority, as a stranger would set it up: discovery, a policy on its claims, introspection.
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSigner, type Signer } from "../identity/tokens/support.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { cleanUp, createSite, startWeir, type WeirProcess } from "../support/weir-process.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

let authority: Authority;
let issuer: Server;
let upstream: Upstream;
let signer: Signer;
let url: string;

beforeAll(async () => {
  authority = createAuthority("Private CA");
  const { cert, key } = authority.issue("login", { san: "IP:127.0.0.1" });
  [signer, upstream] = await Promise.all([createSigner(), startUpstream()]);
  const answers: Readonly<Record<string, () => object>> = {
    "/realm/.well-known/openid-configuration": () => ({
      issuer: `${url}/realm`,
      jwks_uri: `${url}/keys`,
    }),
    "/keys": () => ({ keys: [{ ...signer.jwk, use: "sig", alg: "ES256" }] }),
    "/ask": () => ({ active: true, sub: "opaque", tenant: "acme" }),
  };
  issuer = createServer(
    { cert: readFileSync(cert), key: readFileSync(key) },
    (request, response) => {
      const answer = answers[request.url ?? ""];
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer?.()));
    },
  );
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
});

afterAll(() => {
  cleanUp();
  issuer.close();
  upstream.close();
  authority[Symbol.dispose]();
});

const MODEL = `[request_definition]
r = dom, role, path
[policy_definition]
p = dom, path
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.dom == p.dom && keyMatch(r.path, p.path)
`;

function config(): string {
  const claims = "claims: { attributes: { domain: tenant } }";
  return `listen: { http: "127.0.0.1:0" }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 2
services: { orders: { endpoints: [ "${upstream.url}" ] } }
routes: [ { name: orders, service: orders, authenticate: [ jwt, key ] } ]
identity:
  keys: [ { key: k-carol, subject: carol, attributes: { domain: acme } } ]
  tokens:
    - { issuer: "${url}/realm", audience: [ orders ], discovery: true, ${claims} }
    - { issuer: "${url}/opaque", introspection: { url: "${url}/ask", client_id: weir, client_secret: s3cret }, ${claims} }
policy: { model: model.conf, rules: policy.csv, request: [ identity.attribute.domain, identity.role.dev, request.path ] }
`;
}

const site = () =>
  createSite(config(), { "model.conf": MODEL, "policy.csv": "p, acme, /acme/*\n" });
const tokenOf = (tenant: string): Promise<string> =>
  signer.sign({
    iss: `${url}/realm`,
    sub: "alice",
    aud: ["account", "orders"],
    exp: Math.ceil(Date.now() / 1_000) + 300,
    tenant,
  });

async function ask(weir: WeirProcess, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${weir.proxy}/acme/1`, { headers })).status;
}

test("the policy decides on what its tokens say, and on what keys and introspection say", async () => {
  const weir = await startWeir(site(), { NODE_EXTRA_CA_CERTS: authority.ca });
  const bearer = async (token: string | Promise<string>) =>
    ask(weir, { authorization: `Bearer ${await token}`, connection: "close" });
  // More often than there are workers, so that each has its turn.
  for (let turn = 0; turn < 6; turn++) {
    expect([turn, await bearer(tokenOf("acme")), await bearer(tokenOf("evil"))]).toEqual([
      turn,
      200,
      403,
    ]);
    expect(await bearer("opaque-token")).toBe(200);
  }
  expect(await ask(weir, { "x-api-key": "k-carol" })).toBe(200);
  await weir.drained();
  expect(
    await weir.sql(
      "SELECT DISTINCT auth_method, principal, principal_kind, policy_request[1] AS domain, status FROM requests ORDER BY ALL",
    ),
  ).toEqual([
    {
      auth_method: "jwt",
      principal: "alice",
      principal_kind: "token",
      domain: "acme",
      status: 200,
    },
    {
      auth_method: "jwt",
      principal: "alice",
      principal_kind: "token",
      domain: "evil",
      status: 403,
    },
    {
      auth_method: "jwt",
      principal: "opaque",
      principal_kind: "token",
      domain: "acme",
      status: 200,
    },
    {
      auth_method: "key",
      principal: "carol",
      principal_kind: "key",
      domain: "acme",
      status: 200,
    },
  ]);
  await weir.stop();
});

test("without its authority nothing is believed: 503, and the log says why", async () => {
  const weir = await startWeir(site());
  expect(await ask(weir, { authorization: `Bearer ${await tokenOf("acme")}` })).toBe(503);
  expect(await ask(weir, { authorization: "Bearer opaque-token" })).toBe(503);
  await weir.stop();
  expect(weir.errors()).toMatch(/keys_not_fetched.*(?:certificate|CERT|issuer)/);
  expect(weir.errors()).toMatch(/introspection_failed.*(?:certificate|CERT|issuer)/);
});
