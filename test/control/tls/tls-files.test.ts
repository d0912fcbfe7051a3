// Certificates and keys as they lie on disk: what is taken, and each way to be refused, by file and key.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { loadConfigObject } from "../../../src/config/load.ts";
import { loadTls } from "../../../src/control/tls/tls-files.ts";
import { type Authority, createAuthority, type Pair } from "../../support/certificates.ts";

let authority: Authority;
let good: Pair;
let other: Pair;

beforeAll(() => {
  authority = createAuthority();
  good = authority.issue("good", { san: "DNS:Weir.test,DNS:*.weir.test,IP:127.0.0.1" });
  other = authority.issue("other", { san: "DNS:other.test", keyType: "rsa" });
});
afterAll(() => authority[Symbol.dispose]());

function configOf(certificates: readonly Pair[]): Config {
  const root = {
    listen: { https: { listen: "127.0.0.1:0", certificates } },
    services: { app: { endpoints: ["http://127.0.0.1:1"] } },
    routes: [{ name: "all", service: "app" }],
  };
  const loaded = loadConfigObject(root, authority.folder, {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  expect(loaded.files).toEqual(expect.arrayContaining(certificates.map(({ key }) => key)));
  return loaded.config;
}

function put(name: string, text: string): string {
  const file = join(authority.folder, name);
  writeFileSync(file, text);
  return file;
}

test("pairs with their names and kinds of key; a change of any file is another revision", () => {
  const one = loadTls(configOf([good]));
  const both = loadTls(configOf([good, other]));
  if (!one.ok || !both.ok) throw new Error("refused");
  expect(both.tls.server?.pairs).toMatchObject([
    { names: ["weir.test", "*.weir.test"], keyType: "ec" },
    { names: ["other.test"], keyType: "rsa" },
  ]);
  const days = (both.tls.certificates[0]!.notAfterMs - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(9.9);
  expect(days).toBeLessThan(10.1);
  expect(one.tls.revision).not.toBe(both.tls.revision);
  expect(loadTls(configOf([good]))).toMatchObject({
    ok: true,
    tls: { revision: one.tls.revision },
  });
});

test("a chain ends with the first of its links; a root in it, which clients have themselves, does not count", () => {
  const link = authority.issue("link", { cn: "Link", expired: true });
  const root = readFileSync(authority.ca, "utf8");
  const endWith = (...more: readonly string[]): number => {
    const cert = put("chain.crt", [readFileSync(good.cert, "utf8"), ...more].join(""));
    const loaded = loadTls(configOf([{ cert, key: good.key }]));
    if (!loaded.ok) throw new Error("refused");
    return loaded.tls.certificates[0]!.notAfterMs;
  };
  const leafEndMs = endWith();
  expect(leafEndMs).toBeGreaterThan(Date.now());
  expect(endWith(readFileSync(link.cert, "utf8"), root)).toBe(Date.parse("2020-01-02T00:00:00Z"));
  const request = ["req", "-x509", "-key", good.key, "-days", "1", "-subj", "/CN=Root"];
  const old = execFileSync("openssl", request, { encoding: "utf8", stdio: "pipe" });
  expect(endWith(root, old)).toBe(leafEndMs);
});

const KEY = "listen.https.certificates[0].key";
const CERT = "listen.https.certificates[0].cert";

test.each([
  { what: "a missing certificate", keyPath: CERT, says: /ENOENT/, cert: () => "/nowhere.crt" },
  { what: "a missing key", keyPath: KEY, says: /ENOENT/, key: () => "/nowhere.key" },
  { what: "a folder", keyPath: CERT, says: /EISDIR/, cert: () => authority.folder },
  { what: "a device", keyPath: CERT, says: /no file/, cert: () => "/dev/zero" },
  { what: "another's key", keyPath: KEY, says: /does not belong/, key: () => other.key },
  { what: "no certificate", keyPath: CERT, says: /no certificate/, cert: () => good.key },
  { what: "no key", keyPath: KEY, says: /no private key/, key: () => good.cert },
  { what: "a large file", keyPath: CERT, says: /1 MiB/, cert: () => put("big", "x".repeat(2e6)) },
  { what: "a damaged certificate", keyPath: CERT, says: /can't be read/, cert: damaged },
  { what: "a key with a passphrase", keyPath: KEY, says: /passphrase/, key: encrypted },
])("$what: $keyPath, $says", ({ keyPath, says, cert, key }) => {
  const check = loadTls(configOf([{ cert: cert?.() ?? good.cert, key: key?.() ?? good.key }]));
  if (check.ok) throw new Error("taken");
  expect(check.faults).toEqual([
    { file: expect.any(String), line: 1, keyPath, message: expect.stringMatching(says) },
  ]);
});

function upstreamOf(tls: Record<string, string>): Config {
  const root = {
    services: { app: { endpoints: ["https://127.0.0.1:1"], tls } },
    routes: [{ name: "all", service: "app" }],
  };
  const loaded = loadConfigObject(root, authority.folder, {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.config;
}

test("what a service trusts and shows: read by service, with its expiry, and another revision for each change", () => {
  const ca = { ca: authority.ca };
  const revisions = [
    ca,
    { ...ca, ...good },
    { ...ca, ...other },
    { ...ca, server_name: "a.test" },
  ].map((tls) => {
    const check = loadTls(upstreamOf(tls));
    if (!check.ok) throw new Error("refused");
    return check.tls.upstreams["app"]?.revision;
  });
  expect(new Set(revisions).size).toBe(4);
  const check = loadTls(upstreamOf({ ...ca, ...good }));
  if (!check.ok) throw new Error("refused");
  expect(check.tls.certificates.map(({ keyPath }) => keyPath)).toEqual([
    "services.app.tls.ca",
    "services.app.tls.cert",
  ]);
  expect(check.tls.server).toBe(null);
});

test.each([
  { key: "ca", tls: () => ({ ca: good.key }), says: /no certificate/ },
  { key: "crl", tls: () => ({ ca: authority.ca, crl: authority.ca }), says: /no revocation list/ },
  { key: "key", tls: () => ({ cert: good.cert, key: other.key }), says: /does not belong/ },
  { key: "cert", tls: () => ({ cert: "/nowhere.crt", key: good.key }), says: /ENOENT/ },
])("services.app.tls.$key: $says", ({ key, tls, says }) => {
  const check = loadTls(upstreamOf(tls()));
  if (check.ok) throw new Error("taken");
  expect(check.faults).toMatchObject([
    { keyPath: `services.app.tls.${key}`, message: expect.stringMatching(says) },
  ]);
});

function damaged(): string {
  return put("bad.crt", "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n");
}

function encrypted(): string {
  const file = join(authority.folder, "locked.key");
  execFileSync("openssl", ["ec", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", file], {
    stdio: "pipe",
  });
  return file;
}

test("a certificate that is being replaced is taken from beside the old one, if it is the key's", () => {
  const cert = put("pair.crt", readFileSync(other.cert, "utf8"));
  const key = put("pair.key", readFileSync(good.key, "utf8"));
  expect(loadTls(configOf([{ cert, key }])).ok).toBe(false);
  put("pair.crt.new", readFileSync(good.cert, "utf8"));
  const check = loadTls(configOf([{ cert, key }]));
  expect(check.ok && check.tls.server?.pairs).toMatchObject([
    { names: ["weir.test", "*.weir.test"] },
  ]);
  put("pair.crt.new", readFileSync(other.cert, "utf8"));
  expect(loadTls(configOf([{ cert, key }])).ok).toBe(false);
});
