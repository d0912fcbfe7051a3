// identity.tokens: what is refused, with the key path, and what silence means.
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { loadConfigObject } from "../../src/config/load.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PEM = publicKey.export({ format: "pem", type: "spki" }).toString();
const PRIVATE = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const SMALL = generateKeyPairSync("rsa", { modulusLength: 1024 })
  .publicKey.export({ format: "pem", type: "spki" })
  .toString();
const ED448 = generateKeyPairSync("ed448")
  .publicKey.export({ format: "pem", type: "spki" })
  .toString();
const SECRET = "0123456789abcdef0123456789abcdef";
const ISSUER = "https://issuer.test";

const ASKED = {
  url: "https://issuer.test/ask",
  client_id: "weir",
  client_secret: "s3cret-of-weir",
};

function load(tokens: readonly object[], authenticate: readonly string[] = ["jwt"]) {
  const config = {
    services: { app: { endpoints: ["http://127.0.0.1:4001"] } },
    routes: [{ name: "all", service: "app", authenticate }],
    identity: { tokens },
  };
  return loadConfigObject(config, "/tmp", {});
}

const token = (changes: object) => ({ issuer: ISSUER, audience: ["orders"], ...changes });

test.each<[object[], string, string]>([
  [[], "routes[0].authenticate[0]", "needs an issuer"],
  [[token({})], "identity.tokens[0]", "exactly one of"],
  [[token({ keys: [PEM], discovery: true })], "identity.tokens[0]", "exactly one of"],
  [[token({ keys: [PEM], secrets: [SECRET] })], "identity.tokens[0]", "exactly one of"],
  [[{ issuer: ISSUER, keys: [PEM] }], "identity.tokens[0].audience", "is required"],
  [[token({ keys: [PEM], audience: [] })], "identity.tokens[0].audience", "at least"],
  [[{ issuer: ISSUER, discovery: true }], "identity.tokens[0].audience", "is required"],
  [[token({ keys: [PEM], introspection: ASKED })], "identity.tokens[0]", "exactly one of"],
  [
    [token({ introspection: ASKED }), { issuer: "https://b.test", introspection: ASKED }],
    "identity.tokens[1].introspection",
    "second",
  ],
  [
    [token({ introspection: { ...ASKED, url: "http://issuer.test/" } })],
    "identity.tokens[0].introspection.url",
    "https URL",
  ],
  [
    [token({ introspection: { ...ASKED, client_secret: "" } })],
    "identity.tokens[0].introspection.client_secret",
    "text",
  ],
  [
    [token({ introspection: { url: ASKED.url } })],
    "identity.tokens[0].introspection.client_id",
    "is required",
  ],
  [[token({ keys: ["nonsense"] })], "identity.tokens[0].keys[0]", "neither PEM nor a JWK"],
  [[token({ keys: ["{"] })], "identity.tokens[0].keys[0]", "not well-formed JSON"],
  [[token({ keys: [PRIVATE] })], "identity.tokens[0].keys[0]", "private key"],
  [[token({ keys: [ED448] })], "identity.tokens[0].keys[0]", "type or size"],
  [[token({ keys: [SMALL] })], "identity.tokens[0].keys[0]", "type or size"],
  [[token({ secrets: ["short"] })], "identity.tokens[0].secrets[0]", "at least 32 bytes"],
  [[token({ keys: [PEM], algorithms: ["HS256"] })], "identity.tokens[0].algorithms[0]", "only for"],
  [
    [token({ secrets: [SECRET], algorithms: ["ES256"] })],
    "identity.tokens[0].algorithms[0]",
    "not",
  ],
  [[token({ keys: [PEM], algorithms: ["none"] })], "identity.tokens[0].algorithms[0]", "must be"],
  [[token({ jwks_url: "http://issuer.test/k" })], "identity.tokens[0].jwks_url", "https URL"],
  [[token({ jwks_url: "https://u:p@issuer.test/k" })], "identity.tokens[0].jwks_url", "https URL"],
  [[token({ issuer: "corp", discovery: true })], "identity.tokens[0].issuer", "https URL"],
  [[token({ keys: [PEM] }), token({ keys: [PEM] })], "identity.tokens[1].issuer", "issuer"],
])("%j: %s", (tokens, keyPath, message) => {
  const loaded = load(tokens);
  if (loaded.ok) throw new Error("it was taken");
  const fault = loaded.faults.find((each) => each.keyPath === keyPath);
  expect(loaded.faults.map((each) => each.keyPath)).toContain(keyPath);
  expect(fault?.message).toContain(message);
  for (const secret of [SECRET, PRIVATE, "nonsense", ASKED.client_secret]) {
    expect(JSON.stringify(loaded.faults)).not.toContain(secret);
  }
});

test.each([
  { keys: [PEM] },
  { secrets: [SECRET] },
  { discovery: true },
  { jwks_url: "http://127.0.0.1:9000/keys" },
  { jwks_url: "http://[::1]:9000/keys" },
])("%j is taken, with defaults", (changes) => {
  const loaded = load([token(changes)]);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  expect(loaded.config.identity.tokens[0]).toMatchObject({
    jwks_url: "",
    algorithms: [],
    leeway_ms: 30_000,
    claims: { subject: "sub", audience: "aud", roles: "roles", attributes: {} },
    ...changes,
  });
});

test("introspection needs no audience, and believes an answer for 30 s", () => {
  const loaded = load([{ issuer: ISSUER, introspection: ASKED }]);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  expect(loaded.config.identity.tokens[0]).toMatchObject({
    audience: [],
    introspection: { ...ASKED, cache_ms: 30_000 },
  });
});
