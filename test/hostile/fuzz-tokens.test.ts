// Tokens made up at random, of good and bad parts, and answers of introspection likewise: none gets in that should not.
import type { ServerResponse } from "node:http";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import type { Authenticator } from "../../src/identity/authenticator.ts";
import { RevokedTokens } from "../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../src/identity/tokens/token-methods.ts";
import {
  createSigner,
  ISSUER,
  manualClock,
  NO_FAILURES,
  NOW_S,
  type Signer,
  startIssuer,
  tokenOptions,
  verificationOf,
} from "../identity/tokens/support.ts";

/** For each of the two; 0: a fixed number of tokens. */
const fuzzMs = Number(process.env["WEIR_FUZZ_MS"] ?? 0) / 2;
const runs = fuzzMs === 0 ? { numRuns: 1_000 } : { numRuns: 1e9, interruptAfterTimeLimit: fuzzMs };

let own: Signer;
let other: Signer;
beforeAll(async () => {
  [own, other] = await Promise.all([createSigner(), createSigner()]);
});

const time = fc.oneof(
  fc.integer({ min: -100, max: 100 }).map((by) => NOW_S + by),
  fc.double(),
  fc.constantFrom("1e12", null, true, [NOW_S + 60], 8.64e12, 1e308, -0),
);
const name = fc.oneof(fc.constantFrom("alice", "orders", ISSUER, "role:x"), fc.string());
const anything = fc.jsonValue({ depthSize: "small" });
const oneOr = (usual: unknown, ...odd: readonly fc.Arbitrary<unknown>[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    ...odd.map((arbitrary) => ({ weight: 1, arbitrary })),
  );

const claims = fc.record(
  {
    iss: oneOr(ISSUER, name, anything),
    sub: oneOr("alice", name, anything),
    aud: oneOr("orders", name, fc.array(name), anything),
    exp: oneOr(NOW_S + 300, time, anything),
    nbf: oneOr(NOW_S, time, anything),
    iat: oneOr(NOW_S, time),
    jti: oneOr("t-1", name, anything),
    roles: oneOr(["dev"], fc.array(name), name, anything),
    active: oneOr(true, fc.constantFrom(false, "true", 1, null), anything),
    token_type: oneOr("Bearer", name, fc.constantFrom("refresh_token", "DPoP"), anything),
    extra: anything,
  },
  { requiredKeys: ["active", "sub", "exp", "aud", "iss"] },
);
type Claims = Readonly<Record<string, unknown>>;

const header = fc.record(
  {
    alg: oneOr("ES256", fc.constantFrom("none", "HS256", "ES384", "RS256", "EdDSA"), anything),
    kid: oneOr("k1", name, anything),
    typ: oneOr("JWT", name),
    crit: fc.constantFrom(["exp"], []),
    b64: fc.boolean(),
    jwk: anything,
    cty: fc.constant("JWT"),
  },
  { requiredKeys: ["alg"] },
);

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** What must be so of claims that got somebody in, said anew. */
function holds({ iss, sub, aud, exp, nbf = NOW_S }: Claims): boolean {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isTimely =
    typeof exp === "number" && typeof nbf === "number" && exp + 30 > NOW_S && nbf - 30 <= NOW_S;
  return isTimely && iss === ISSUER && typeof sub === "string" && audiences.includes("orders");
}

function authenticatorOf(introspection: string | null): Authenticator {
  const methods = createTokenMethods({
    clock: manualClock(),
    revoked: new RevokedTokens(),
    log: silentLog,
  });
  const client = { client_id: "weir", client_secret: "s", cache_ms: 0 };
  const source =
    introspection === null
      ? { keys: [own.pem] }
      : { introspection: { url: introspection, ...client } };
  return methods.keep([tokenOptions(source)], NO_FAILURES);
}

test("JWTs: of any header and claims, signed by whomever, cut and changed", async () => {
  const authenticator = authenticatorOf(null);
  const changes = fc.array(fc.tuple(fc.nat(), fc.string({ unit: "binary", maxLength: 2 })), {
    maxLength: 2,
  });
  const made = fc.tuple(claims, header, fc.constantFrom("own", "other", "nobody"), changes);
  const seen = { ok: 0, refused: 0 };
  const property = fc.asyncProperty(made, async ([body, head, signedBy, edits]) => {
    const isPlain = signedBy !== "nobody";
    const signer = signedBy === "own" ? own : other;
    const signed = isPlain
      ? await signer.signText(JSON.stringify(body))
      : `${encode(head)}.${encode(body)}.${"A".repeat(86)}`;
    let token = signed;
    for (const [at, text] of edits) {
      const place = at % token.length;
      token = token.slice(0, place) + text + token.slice(place + 1);
    }
    const { outcome } = await verificationOf(authenticator, token);
    seen[outcome === "ok" ? "ok" : "refused"]++;
    const mayEnter = signedBy === "own" && token === signed && holds(body);
    if (outcome === "ok") expect(mayEnter, token).toBe(true);
  });
  await fc.assert(property, runs);
  expect(Math.min(seen.ok, seen.refused)).toBeGreaterThan(0);
});

test("answers of introspection: whatever they say", async () => {
  let answer = "";
  const issuer = await startIssuer({
    "/ask": (response: ServerResponse) =>
      response.writeHead(200, { "content-type": "application/json" }).end(answer),
  });
  const authenticator = authenticatorOf(`${issuer.url}/ask`);
  const edit = fc.option(fc.tuple(fc.nat(), fc.string({ maxLength: 2 })), { nil: null, freq: 4 });
  const seen = { ok: 0, refused: 0 };
  const property = fc.asyncProperty(
    fc.tuple(claims, edit, fc.uuid()),
    async ([body, change, token]) => {
      const text = JSON.stringify(body);
      const at = (change?.[0] ?? 0) % text.length;
      answer = change === null ? text : text.slice(0, at) + change[1] + text.slice(at + 1);
      const { outcome } = await verificationOf(authenticator, token);
      seen[outcome === "ok" ? "ok" : "refused"]++;
      if (outcome !== "ok") return;
      const said = JSON.parse(answer) as Claims;
      const { iss = ISSUER, exp = NOW_S + 1, token_type: type = "bearer" } = said;
      expect(said["active"], answer).toBe(true);
      expect(holds({ ...said, iss, exp }), answer).toBe(true);
      expect(String(type).toLowerCase(), answer).toMatch(/^(?:bearer|access_token)$/);
    },
  );
  await fc.assert(property, runs);
  expect(Math.min(seen.ok, seen.refused)).toBeGreaterThan(0);
});
