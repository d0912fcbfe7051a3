// What a bearer token costs a data worker: one that is remembered, beside an API key; and what a plain
// request waits for while new ES256 tokens are verified. Run: node test/bench/micro/tokens.ts
import { generateKeyPairSync } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { SignJWT } from "jose";
import { systemClock } from "../../../src/core/clock.ts";
import { HeaderList } from "../../../src/core/header-list.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createIdentifier } from "../../../src/identity/identifier.ts";
import type { AuthenticationMethod, IdentityOptions } from "../../../src/identity/options.ts";
import { Revocations } from "../../../src/identity/tokens/revocations.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";

const ROUNDS = 15;
const REQUESTS = 20_000;
const CALLERS = 100;
const NEW_TOKENS = 400;
const ISSUER = "https://issuer.test";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const identity: IdentityOptions = {
  keys: [{ key: "a-key-of-thirty-two-characters-ok", subject: "alice", roles: [], attributes: {} }],
  tokens: [
    {
      issuer: ISSUER,
      audience: ["orders"],
      jwks_url: "",
      discovery: false,
      keys: [publicKey.export({ format: "pem", type: "spki" }).toString()],
      secrets: [],
      algorithms: [],
      introspection: null,
      leeway_ms: 30_000,
      claims: { subject: "sub", audience: "aud", roles: "roles", attributes: {} },
    },
  ],
  certificates: { subject: ["cn"] },
  users: null,
  failures: { per_source_per_minute: 0, per_subject_per_minute: 0 },
  headers: { subject: "", roles: "" },
};
const revocations = new Revocations();
revocations.replace([{ issuer: ISSUER, jti: "none-of-these" }]);
const methods = createTokenMethods({ clock: systemClock, log: silentLog, revocations });
const identifier = createIdentifier(identity, {
  further: [methods.keep(identity.tokens, { wait: () => 0 })],
  failures: { take: () => 0 },
});
const caller = { address: "127.0.0.1", tls: null };

const tokens = await Promise.all(Array.from({ length: CALLERS }, (_, at) => sign(`known-${at}`)));
const chars = Math.round(tokens.join("").length / CALLERS);
for (const token of tokens) await identifier.identify(withToken(token), ["jwt"], caller);

const measured: readonly [string, AuthenticationMethod, () => HeaderList[]][] = [
  ["API key", "key", () => requests(() => ["x-api-key", "a-key-of-thirty-two-characters-ok"])],
  ["remembered token", "jwt", () => requests((at) => ["authorization", bearer(at)])],
];
const best = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, method, make] of measured) {
    best.set(name, [...(best.get(name) ?? []), cpuEach(make(), method)]);
  }
}
for (const [name, all] of best)
  console.log(`${name}: ${median(all).toFixed(2)} us of processor time`);
console.log(`tokens of ${chars} characters, ${CALLERS} callers, a new header list each`);

const fresh = await Promise.all(Array.from({ length: NEW_TOKENS }, (_, at) => sign(`new-${at}`)));
const idle = await stalls(async () => {
  await setImmediate();
});
const busy = await stalls(async (turn) => {
  const token = fresh[turn];
  if (token !== undefined) void identifier.identify(withToken(token), ["jwt"], caller);
  await setImmediate();
});
console.log(
  `a turn of the loop, p99: ${idle.toFixed(0)} us idle, ${busy.toFixed(0)} us with a new ES256 token in each`,
);

function sign(jti: string): Promise<string> {
  const claims = {
    roles: ["dev", "ops"],
    tenant: "acme",
    email: "alice@example.com",
    scope: "a b c",
  };
  return new SignJWT({ ...claims, jti, azp: "x".repeat(200) })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setIssuer(ISSUER)
    .setSubject("alice")
    .setAudience("orders")
    .setExpirationTime("10m")
    .sign(privateKey);
}

/** A string of its own each time, as a parser makes it. */
function bearer(at: number): string {
  return Buffer.from(`Bearer ${tokens[at % CALLERS]}`).toString("latin1");
}

function withToken(token: string): HeaderList {
  return new HeaderList(["authorization", `Bearer ${token}`]);
}

function requests(fields: (at: number) => string[]): HeaderList[] {
  const common = ["host", "a.test", "accept", "*/*", "user-agent", "bench"];
  return Array.from({ length: REQUESTS }, (_, at) => {
    const headers = new HeaderList([...common, ...fields(at)]);
    // Earlier stages have looked for Host by now.
    headers.get("host");
    return headers;
  });
}

function cpuEach(all: readonly HeaderList[], method: AuthenticationMethod): number {
  const asked = [method];
  const before = process.cpuUsage();
  for (const headers of all) {
    const found = identifier.identify(headers, asked, caller);
    if (found instanceof Promise || found.outcome !== "ok") throw new Error("not remembered");
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / all.length;
}

/** Microseconds that 99 of 100 turns of the loop take at most. */
async function stalls(turn: (nth: number) => Promise<void>): Promise<number> {
  const all: number[] = [];
  for (let nth = 0; nth < NEW_TOKENS; nth++) {
    const startedMs = performance.now();
    await turn(nth);
    all.push((performance.now() - startedMs) * 1_000);
  }
  return all.sort((a, b) => a - b)[Math.floor(NEW_TOKENS * 0.99)] ?? 0;
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}
