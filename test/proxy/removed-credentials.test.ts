// A credential that a reload takes away is worth nothing from then on, remembered or not, and whatever was under way.
import { expect, it } from "vitest";
import { createSigner, ISSUER, startIssuer } from "../identity/tokens/support.ts";
import { type ProxySetup, startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const [signer, next] = await Promise.all([createSigner(), createSigner()]);
const claims = { iss: ISSUER, sub: "alice", exp: Math.ceil(Date.now() / 1000) + 300 };
const token = await signer.sign({ ...claims, aud: "orders" });
const bearer = { Authorization: `Bearer ${token}` };
const opaque = { Authorization: "Bearer an-opaque-token" };
const trusted = { issuer: ISSUER, audience: ["orders"], keys: [signer.pem] };
const other = { ...trusted, issuer: "https://other.test" };
const key = { key: "k-alice", subject: "alice", roles: ["admin"] };
const others = { keys: [{ key: "k-bob", subject: "bob" }], tokens: [other] };

it.each<[string, Record<string, string>, object, object, number]>([
  ["a key", { "x-api-key": "k-alice" }, { keys: [key] }, others, 401],
  [
    "a key's role",
    { "x-api-key": "k-alice" },
    { keys: [key] },
    { keys: [{ ...key, roles: [] }] },
    200,
  ],
  ["all keys", { "x-api-key": "k-alice" }, { keys: [key] }, { tokens: [other] }, 401],
  ["an issuer", bearer, { tokens: [trusted] }, others, 401],
  [
    "an issuer's key",
    bearer,
    { tokens: [trusted] },
    { tokens: [{ ...trusted, keys: [next.pem] }] },
    401,
  ],
  [
    "an audience",
    bearer,
    { tokens: [trusted] },
    { tokens: [{ ...trusted, audience: ["x"] }] },
    401,
  ],
  [
    "an algorithm",
    bearer,
    { tokens: [trusted] },
    { tokens: [{ ...trusted, algorithms: ["RS256"] }] },
    401,
  ],
  [
    "claims",
    bearer,
    { tokens: [trusted] },
    { tokens: [{ ...trusted, claims: { subject: "jti" } }] },
    401,
  ],
])("%s is out at once", async (...[, fields, before, after, status]) => {
  await using upstream = await startUpstream(answerOk);
  const setup = (identity: object): ProxySetup => ({
    upstreams: [upstream.url],
    config: {
      identity: { ...others, ...identity },
      routes: [{ name: "all", service: "app", authenticate: ["key", "jwt"] }],
    },
  });
  await using proxy = await startProxy(setup(before));
  const ask = async () => (await exchangeRaw(proxy.port, requestText("GET /a", fields))).status;
  expect([await ask(), await ask()]).toEqual([200, 200]);
  await proxy.swap(setup(after));
  expect([await ask(), await ask()]).toEqual([status, status]);
  expect((await proxy.row(3)).identity.roles).toEqual([]);
  await proxy.swap(setup(before));
  expect(await ask()).toBe(200);
});

it("what is verified while its issuer is taken away ends as it began, and is not remembered", async () => {
  await using upstream = await startUpstream(answerOk);
  const asked = Promise.withResolvers<() => void>();
  const issuer = await startIssuer({
    "/ask": (response: {
      end: (text: string) => void;
      setHeader: (...field: [string, string]) => void;
    }) =>
      asked.resolve(() => {
        response.setHeader("content-type", "application/json");
        response.end('{"active":true,"sub":"alice"}');
      }),
  });
  const introspection = { url: `${issuer.url}/ask`, client_id: "weir", client_secret: "s3cret" };
  const setup = (tokens: readonly object[]): ProxySetup => ({
    upstreams: [upstream.url],
    config: {
      identity: { tokens },
      routes: [{ name: "all", service: "app", authenticate: ["jwt"] }],
    },
  });
  await using proxy = await startProxy(setup([{ issuer: ISSUER, introspection }]));
  const ask = async () => (await exchangeRaw(proxy.port, requestText("GET /a", opaque))).status;
  const begun = ask();
  const answer = await asked.promise;
  await proxy.swap(setup([trusted]));
  answer();
  expect(await begun).toBe(200);
  expect([await ask(), (await proxy.row(1)).authOutcome]).toEqual([401, "malformed"]);
});
