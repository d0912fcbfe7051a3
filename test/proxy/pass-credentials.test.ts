// Which credentials reach a service that has callers of its own: those of methods its route does not take, where it says so.
import { expect, it } from "vitest";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const OWN = "Basic c2VydmljZTpvd24=";
const BOTH = { Authorization: OWN, "x-api-key": "k-alice" };
const LOOK_ALIKES = { X_Api_Key: "k", "X.Api.Key": "k" };

function route(name: string, authenticate: readonly string[], more: object = {}) {
  return { name, service: "app", match: { path: `/${name}/**` }, authenticate, ...more };
}

const pass = { pass_credentials: true };
const config = {
  identity: {
    keys: [{ key: "k-alice", subject: "alice" }],
    tokens: [
      {
        issuer: "https://issuer.test",
        audience: ["a"],
        secrets: ["0123456789abcdef0123456789abcdef"],
      },
    ],
  },
  routes: [
    route("none", [], pass),
    route("key", ["key"], pass),
    route("jwt", ["jwt", "anonymous"], pass),
    route("all", ["key", "jwt"], pass),
    route("default", ["key"]),
  ],
};

it.each<[string, object, readonly string[], readonly string[]]>([
  ["none", BOTH, [OWN], ["k-alice"]],
  ["key", BOTH, [OWN], []],
  ["all", { "x-api-key": "k-alice" }, [], []],
  ["all", BOTH, [], []],
  ["jwt", { "x-api-key": "own" }, [], ["own"]],
  ["default", BOTH, [], []],
  ["key", { "x-api-key": "k-alice", ...LOOK_ALIKES, "x-weir-subject": "root" }, [], []],
  ["key", { ...BOTH, Connection: "authorization" }, [], []],
])("route %s with %j", async (...[name, fields, authorization, keys]) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const response = await exchangeRaw(
    proxy.port,
    requestText(`GET /${name}/a`, fields as Record<string, string>),
  );
  expect(response.status).toBe(200);
  const { fields: sent } = upstream.calls[0]!;
  expect([sent.all("authorization"), sent.all("x-api-key")]).toEqual([authorization, keys]);
  for (const alike of Object.keys(LOOK_ALIKES)) expect(sent.all(alike.toLowerCase())).toEqual([]);
  expect(sent.all("x-weir-subject")).toEqual(name === "none" || name === "jwt" ? [] : ["alice"]);
  expect(JSON.stringify([proxy.rows, proxy.log])).not.toContain(OWN);
});
