// References to variables and files: what is taken, how each way to fail is told, and that no fault says a secret.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { resolveReferences } from "../../src/config/references.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-references-"));
  const files = {
    plain: "a secret",
    newline: "a secret\n",
    crlf: "a secret\r\n",
    two: "a\nsecret\n\n",
    reference: "${env:SET}",
    large: "x".repeat(65_537),
    largest: "x".repeat(65_536),
    empty: "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "folder"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function resolved(text: string): unknown {
  const { root, findings } = resolveReferences({ key: text }, folder, { SET: "it", EMPTY: "" });
  const [finding] = findings;
  return finding === undefined ? (root as { readonly key: string }).key : finding;
}

test.each<[text: string, value: string]>([
  ["${env:SET}", "it"],
  ["${env:EMPTY}", ""],
  ["<${env:SET}${file:plain}>", "<ita secret>"],
  ["${file:newline}", "a secret"],
  ["${file:crlf}", "a secret"],
  ["${file:two}", "a\nsecret\n"],
  ["${file:./folder/../plain}", "a secret"],
  ["${file:reference}", "${env:SET}"],
  ["${file:largest}", "x".repeat(65_536)],
  ["${file:empty}", ""],
])("%s", (text, value) => {
  expect(resolved(text)).toBe(value);
});

test.each<[text: string, message: string]>([
  ["${env:UNSET}", "the environment variable UNSET is not set; set it"],
  ["${env:}", "${env:NAME} needs the name of a variable"],
  ["${env:toString}", "the environment variable toString is not set; set it"],
  ["${env:A B}", "${env:NAME} needs the name of a variable"],
  ["${file:missing}", "missing cannot be read"],
  ["${file:}", " is not a file"],
  ["${file:folder}", "folder is not a file"],
  ["${file:pipe}", "pipe is not a file"],
  ["${file:/dev/zero}", "/dev/zero is not a file"],
  ["${file:/dev/stdin}", "/dev/stdin "],
  ["${file:large}", "large is larger than 64 KiB"],
  ["${vault:x}", "has an unknown reference"],
  ["${env:SET", "lacks a closing }"],
])("%s is a fault", (text, message) => {
  expect(resolved(text)).toMatchObject({ message: expect.stringContaining(message) as unknown });
});

describe("no fault says the secret it is about", () => {
  const BAD = "PLANTED secret\u0007";
  const SHORT = "PLANTED-short";
  test.each<[what: string, yaml: string]>([
    ["a key with a blank", `identity: { keys: [ { key: "\${env:BAD}", subject: a } ] }`],
    [
      "two callers of one key",
      `identity: { keys: [ { key: "\${env:SHORT}", subject: a }, { key: "\${env:SHORT}", subject: b } ] }`,
    ],
    [
      "a short admin token",
      `admin: { tokens: [ { token: "\${env:SHORT}", name: a, role: viewer } ] }`,
    ],
    [
      "one admin token for two",
      `admin: { tokens: [ { token: "\${env:SHORT}\${env:SHORT}", name: a, role: viewer }, { token: "\${env:SHORT}\${env:SHORT}", name: b, role: viewer } ] }`,
    ],
    [
      "a short shared secret",
      `identity: { tokens: [ { issuer: i, audience: [ a ], secrets: [ "\${env:SHORT}" ] } ] }`,
    ],
    [
      "a client secret with a control character",
      `identity: { tokens: [ { issuer: i, introspection: { url: "https://a.test", client_id: a, client_secret: "\${env:BAD}" } } ] }`,
    ],
    [
      "a public key that is none",
      `identity: { tokens: [ { issuer: i, audience: [ a ], keys: [ "\${env:BAD}" ] } ] }`,
    ],
    [
      "a field key that is none",
      `telemetry: { protect: { key: "\${env:SHORT}", hash: [ path ] } }`,
    ],
    ["a store's password with a slash", `store: { url: "https://u:\${env:SHORT}/@a:port/weir" }`],
    ["a store of another scheme", `store: { url: "ftp://u:\${env:SHORT}@a/weir" }`],
    [
      "an endpoint with a password",
      `services: { s: { endpoints: [ "http://u:\${env:SHORT}@a" ] } }`,
    ],
    ["a secret where a number belongs", `drain_ms: "\${env:SHORT}"`],
    [
      "a secret where a word belongs",
      `services: { s: { balance: "\${env:SHORT}", endpoints: [ "http://a" ] } }`,
    ],
    [
      "a secret where a path belongs",
      `routes: [ { name: a, service: s, match: { path: "\${env:SHORT}" } } ]`,
    ],
    ["a secret as an address", `admin: { listen: "\${env:SHORT}" }`],
  ])("%s", (_, yaml) => {
    const file = join(folder, "weir.yaml");
    writeFileSync(file, yaml);
    const result = loadConfig(file, { BAD, SHORT });
    if (result.ok) throw new Error("it has a fault");
    expect(JSON.stringify(result.faults)).not.toContain("PLANTED");
  });
});
