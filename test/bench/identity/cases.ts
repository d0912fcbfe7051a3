// Callers who were verified before, by each method: what `bench:identity` measures.
import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Caller } from "../../../src/identity/authenticator.ts";
import { createBasicAuthenticator } from "../../../src/identity/basic.ts";
import { createIdentifier, type Identifier } from "../../../src/identity/identifier.ts";
import type { AuthenticationMethod, IdentityOptions } from "../../../src/identity/options.ts";
import { createPasswordChecks } from "../../../src/identity/password-checks.ts";
import { hashPassword } from "../../../src/identity/password-hash.ts";
import { RevokedTokens } from "../../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";

export interface IdentityCase {
  readonly name: string;
  readonly methods: readonly AuthenticationMethod[];
  readonly callerOf: (at: number) => Caller;
  /** Name and value, or nothing. */
  readonly fieldOf: (at: number) => readonly string[];
}

export interface IdentityCases {
  readonly identifier: Identifier;
  readonly cases: readonly IdentityCase[];
}

/** As many of each kind, so that no window is about one string alone. */
export const CALLERS = 100;

const ISSUER = "https://issuer.test";
const LEAST_COST = { memoryKib: 4_096, passes: 1, parallelism: 1 };
const PLAIN: Caller = { address: "127.0.0.1", tls: null };
const NO_LIMITS = { wait: () => 0, take: () => 0, takeBoth: () => 0, giveBack: () => undefined };

const keyOf = (at: number): string => `a-key-of-thirty-two-characters-${at % CALLERS}`;
const passwordOf = (at: number): string =>
  `Basic ${btoa(`user-${at % CALLERS}:correct horse battery ${at % CALLERS}`)}`;

/** Tokens are signed with ES256 and carry what an identity provider puts there: 600 characters or so. */
export async function identityCases(): Promise<IdentityCases> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  const options = optionsOf(pem);
  const revoked = new RevokedTokens();
  revoked.replace([{ issuer: ISSUER, jti: "none-of-these" }]);
  const methods = createTokenMethods({ clock: systemClock, log: silentLog, revoked });
  const further = [methods.keep(options.tokens, NO_LIMITS), await passwordMethod()];
  const sign = (_: unknown, at: number): Promise<string> => tokenOf(at, privateKey);
  const tokens = await Promise.all(Array.from({ length: CALLERS }, sign));
  const certified = Array.from({ length: CALLERS }, (_, at) => certifiedCaller(at));
  const plain = (): Caller => PLAIN;
  const callerOf = (at: number): Caller => certified[at % CALLERS] ?? PLAIN;
  return {
    identifier: createIdentifier(options, { further, failures: NO_LIMITS }),
    cases: [
      { name: "nobody asked", methods: [], callerOf: plain, fieldOf: () => [] },
      { name: "anonymous", methods: ["jwt", "anonymous"], callerOf: plain, fieldOf: () => [] },
      field("API key", "key", (at) => ["x-api-key", keyOf(at)]),
      field("password", "basic", (at) => ["authorization", passwordOf(at)]),
      field("token", "jwt", (at) => ["authorization", `Bearer ${tokens[at % CALLERS]}`]),
      { name: "certificate", methods: ["certificate"], callerOf, fieldOf: () => [] },
    ],
  };
}

function field(
  name: string,
  method: AuthenticationMethod,
  fieldOf: IdentityCase["fieldOf"],
): IdentityCase {
  return { name, methods: [method], callerOf: () => PLAIN, fieldOf };
}

async function passwordMethod() {
  const hashes = Array.from({ length: CALLERS }, (_, at) =>
    hashPassword(`correct horse battery ${at}`, LEAST_COST),
  );
  const users = (await Promise.all(hashes)).map((hash, at) => {
    return { name: `user-${at}`, hash, roles: ["dev"] };
  });
  const checks = createPasswordChecks({ clock: systemClock, random: Math.random });
  return createBasicAuthenticator({ users, realm: "weir", checks, failures: NO_LIMITS });
}

function tokenOf(at: number, privateKey: Parameters<SignJWT["sign"]>[0]): Promise<string> {
  const claims = { roles: ["dev", "ops"], tenant: "acme", email: "alice@example.com" };
  return new SignJWT({ ...claims, jti: `token-${at}`, scope: "a b c", azp: "x".repeat(200) })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setIssuer(ISSUER)
    .setSubject("alice")
    .setAudience("orders")
    .setExpirationTime("1h")
    .sign(privateKey);
}

function certifiedCaller(at: number): Caller {
  const certificate = {
    fault: "",
    reason: "",
    commonName: `client-${at}`,
    issuer: "CA",
    fingerprint: "ab".repeat(32),
    notAfterMs: Number.MAX_SAFE_INTEGER,
    dns: [],
    uris: [],
  } as const;
  return { address: "127.0.0.1", tls: { version: "1.3", certificate: () => certificate } };
}

function optionsOf(publicKey: string): IdentityOptions {
  return {
    keys: Array.from({ length: CALLERS }, (_, at) => {
      return { key: keyOf(at), subject: `key-${at}`, roles: [], attributes: {} };
    }),
    tokens: [
      {
        issuer: ISSUER,
        audience: ["orders"],
        jwks_url: "",
        discovery: false,
        keys: [publicKey],
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
}
