// A secret in the config is told of, by where it stands and never by what it is.
import { expect, test } from "vitest";
import { CONFIG_KEYS } from "../../src/config/config-keys.ts";
import { openSecrets, SECRET_KEYS } from "../../src/config/open-secrets.ts";

test("each place is a key of the config", () => {
  const keys = new Set(CONFIG_KEYS.map(({ key }) => key.replaceAll("[]", "")));
  const lost = SECRET_KEYS.map((steps) => steps.filter((step) => step !== "[]").join("."));
  expect(lost.filter((key) => !keys.has(key))).toEqual([]);
});

test.each([
  {
    root: { identity: { keys: [{ key: "${env:A}" }, { key: "plain" }] } },
    told: ["identity.keys[1].key"],
  },
  {
    root: { identity: { tokens: [{ secrets: ["s", "${file:s}"] }] } },
    told: ["identity.tokens[0].secrets[0]"],
  },
  {
    root: { identity: { tokens: [{ introspection: { client_secret: "s" } }] } },
    told: ["identity.tokens[0].introspection.client_secret"],
  },
  {
    root: { admin: { token: "s", tokens: [{ token: "s" }] } },
    told: ["admin.token", "admin.tokens[0].token"],
  },
  { root: { telemetry: { protect: { key: "s" } } }, told: ["telemetry.protect.key"] },
  { root: { store: { url: "https://u:p@host/weir" } }, told: ["store.url"] },
  { root: { store: { url: "https://u:${env:P}@host/weir" } }, told: [] },
  { root: { store: { url: "https://host/weir" } }, told: [] },
  { root: { store: "embedded", admin: { token: "" }, identity: null }, told: [] },
  { root: { identity: { keys: "none", tokens: [7] } }, told: [] },
])("$told", ({ root, told }) => {
  expect(openSecrets(root)).toEqual(told);
});
