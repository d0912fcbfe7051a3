// Credentials of callers, and those weir itself has, are looked for in all that a real weir writes and says.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, expect, test } from "vitest";
import { hashPassword } from "../../src/identity/password-hash.ts";
import { createAuthority } from "../support/certificates.ts";
import { cleanUp, createSite, exitOf, spawnWeir, startWeir } from "../support/weir-process.ts";
import { startUpstream } from "./support/upstream.ts";

const STORE = "planted-store-1a2b3c";
const CLIENT = "planted-client-secret-4d5e6f";
const SHARED = "planted-shared-secret-of-more-than-32-bytes";
const CLAIM = "planted-claim-7a8b9c";
const OPAQUE = "planted-opaque-token-0d1e2f";
const PASSWORD = "planted password 3a4b5c";
const WRONG = "planted wrong password 6d7e8f";
const ENV = { STORE, CLIENT, SHARED };
const ISSUER = "https://issuer.test";

const authority = createAuthority();
const { cert, key } = authority.issue("server", { san: "IP:127.0.0.1" });

afterAll(() => {
  cleanUp();
  authority[Symbol.dispose]();
});

function config(upstream: string): string {
  return `listen: { http: 127.0.0.1:0, https: { listen: 127.0.0.1:0, certificates: [ { cert: ${cert}, key: ${key} } ] } }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 1
store: { url: "http://weir:\${env:STORE}@127.0.0.1:1/weir" }
services: { all: { endpoints: [ "${upstream}" ] } }
routes: [ { name: all, match: { path: /** }, service: all, authenticate: [ jwt, basic ] } ]
identity:
  users: { file: users }
  tokens:
    - { issuer: "${ISSUER}", audience: [ weir ], secrets: [ "\${env:SHARED}" ] }
    - issuer: https://opaque.test
      introspection: { url: "http://127.0.0.1:1/introspect", client_id: weir, client_secret: "\${env:CLIENT}" }
`;
}

let said = "";

async function asked(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  said += JSON.stringify([...response.headers]) + (await response.text());
  return response.status;
}

/** Each ends in a fault that could quote what it is about. */
async function checkBroken(sound: string, hash: string): Promise<void> {
  for (const broken of [
    sound.replace("127.0.0.1:1/weir", "127.0.0.1:port/weir"),
    sound.replace("http://weir:", "ftp://weir:"),
    sound.replace('"${env:SHARED}"', '"${env:SHARED}", "planted-short"'),
    sound.replace("${env:CLIENT}", "${env:CLIENT}\\n"),
    sound.replace(" file: users ", " file: wrong-users "),
  ]) {
    const wrong = hash.replace("argon2id", "argon2x");
    const site = createSite(broken, {
      users: `alice:${hash}\n`,
      "wrong-users": `alice:${wrong}\n`,
    });
    const check = spawnWeir(["check", "-c", site.file], { env: ENV });
    expect((await exitOf(check.child)).code, broken).toBe(2);
    said += check.output() + check.errors();
  }
}

async function signedToken(): Promise<string> {
  return new SignJWT({ secret: CLAIM, roles: ["dev"] })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(ISSUER)
    .setAudience("weir")
    .setSubject("alice")
    .setExpirationTime("1h")
    .sign(Buffer.from(SHARED));
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("credentials, claims, hashes and weir's own secrets are nowhere", async () => {
  const upstream = await startUpstream();
  const hash = await hashPassword(PASSWORD);
  const sound = config(upstream.url);
  const site = createSite(sound, { users: `alice:${hash}\n` });
  const weir = await startWeir(site, ENV);
  const token = await signedToken();
  const [head = "", body = "", mac = ""] = token.split(".");
  const statuses: number[] = [];
  for (const authorization of [
    `Bearer ${token}`,
    `Bearer ${head}.${body}.${mac.toUpperCase()}`,
    `Bearer ${OPAQUE}`,
    `bearer  ${token} ${token}`,
    `Basic ${base64(`alice:${PASSWORD}`)}`,
    `Basic ${base64(`alice:${WRONG}`)}`,
    `Digest ${PASSWORD}`,
  ]) {
    statuses.push(await asked(`${weir.proxy}/a`, { headers: { authorization } }));
  }
  expect(statuses).toEqual([200, 401, 503, 401, 200, 401, 401]);
  for (const path of "status routes services requests openapi.json policy".split(" ")) {
    await asked(`${weir.admin}/api/v1/${path}`);
  }
  await asked(`${weir.admin}/readyz`);
  await asked(`${weir.admin}/metrics`);
  const reload = `${weir.admin}/api/v1/reload`;
  expect(await asked(reload, { method: "POST" })).toBe(200);
  site.write(`${sound}nonsense: 1\n`);
  expect(await asked(reload, { method: "POST" })).toBe(422);
  await checkBroken(sound, hash);
  expect((await weir.stop()).code).toBe(0);
  upstream.close();
  const secrets = [STORE, CLIENT, SHARED, CLAIM, OPAQUE, PASSWORD, WRONG, "planted-short"];
  secrets.push(body, mac, hash, String(hash.split("$").at(-1)));
  secrets.push(
    ...[`alice:${PASSWORD}`, `alice:${WRONG}`, `weir:${CLIENT}`, `weir:${STORE}`].map(base64),
  );
  secrets.push(String(readFileSync(key, "latin1").split("\n")[1]));
  const texts = [
    said,
    weir.output() + weir.errors(),
    ...filesBelow(site.data).map((file) => readFileSync(file, "latin1")),
  ];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10);
    expect(
      texts.filter((text) => text.includes(secret)),
      secret,
    ).toEqual([]);
  }
  // The rows wait in the spool, and say who was known: a name behind its length.
  expect(texts.some((text) => text.includes("\u0005alice"))).toBe(true);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
