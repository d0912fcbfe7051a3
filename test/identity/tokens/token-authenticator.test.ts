// Tokens that hold, and all the ways in which one does not: made by hand where no library would make them.
import { createHmac, createPublicKey, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { HeaderList } from "../../../src/core/header-list.ts";
import { ANONYMOUS } from "../../../src/core/identity.ts";
import type { Authenticator } from "../../../src/identity/authenticator.ts";
import type { TokenOptions } from "../../../src/identity/options.ts";
import { identifierOf } from "../../../src/identity/identifier.ts";
import { RevokedTokens } from "../../../src/identity/tokens/revoked-tokens.ts";
import { TokenCache } from "../../../src/identity/tokens/token-cache.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";
import {
  CALLER,
  CLAIMS,
  createSigner,
  ISSUER,
  type ManualClock,
  manualClock,
  NO_FAILURES,
  NOW_S,
  outcomeOf,
  type Signer,
  tokenOptions,
  verificationOf,
} from "./support.ts";

const SECRET = "a shared secret of forty bytes, or so...";

let ec: Signer;
let rsa: Signer;

beforeAll(async () => {
  [ec, rsa] = await Promise.all([createSigner("ES256"), createSigner("RS256", "r1")]);
});

interface Made {
  readonly authenticator: Authenticator;
  readonly clock: ManualClock;
  readonly revoked: RevokedTokens;
}

function make(...issuers: Partial<TokenOptions>[]): Made {
  const clock = manualClock();
  const revoked = new RevokedTokens();
  const methods = createTokenMethods({ clock, revoked, log: silentLog });
  return {
    authenticator: methods.keep(issuers.map(tokenOptions), NO_FAILURES),
    clock,
    revoked,
  };
}

function encode(part: unknown): string {
  const text = typeof part === "string" ? part : JSON.stringify(part);
  return Buffer.from(text).toString("base64url");
}

function hmac(header: unknown, claims: unknown, secret: string): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

describe("a token that holds", () => {
  test.each(["ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519"])(
    "%s",
    async (alg) => {
      const signer = await createSigner(alg);
      for (const key of [signer.pem, JSON.stringify(signer.jwk)]) {
        const { authenticator } = make({ keys: [key] });
        expect(await outcomeOf(authenticator, await signer.sign())).toBe("ok");
      }
    },
  );

  test("HS256 with a shared secret", async () => {
    const { authenticator } = make({ secrets: [SECRET] });
    expect(await outcomeOf(authenticator, hmac({ alg: "HS256" }, CLAIMS, SECRET))).toBe("ok");
    const forged = hmac({ alg: "HS256" }, CLAIMS, `${SECRET}!`);
    expect(await outcomeOf(authenticator, forged)).toBe("bad_signature");
  });

  it("brings subject, issuer, roles and attributes, by the names the config gives them", async () => {
    const claims = {
      subject: "preferred_username",
      audience: "aud",
      roles: "realm_access.roles",
      attributes: {
        domain: "https://a.test/tenant",
        level: "level",
        groups: "groups",
        none: "absent",
      },
    };
    const { authenticator } = make({ keys: [ec.pem], claims });
    const token = await ec.sign({
      ...CLAIMS,
      preferred_username: "carol",
      realm_access: { roles: ["admin", "dev"] },
      "https://a.test/tenant": "acme",
      level: 3,
      groups: ["x", "y"],
    });
    expect(await verificationOf(authenticator, token)).toEqual({
      outcome: "ok",
      identity: {
        subject: "carol",
        kind: "token",
        issuer: ISSUER,
        roles: ["admin", "dev"],
        attributes: { domain: "acme", level: "3", groups: "x y" },
      },
    });
  });

  it("is known again without a promise until it expires, and then it is not", async () => {
    const { authenticator, clock } = make({ keys: [ec.pem] });
    const token = await ec.sign();
    const headers = new HeaderList(["authorization", `bearer ${token}`]);
    expect(authenticator.authenticate(headers, CALLER)).toBeInstanceOf(Promise);
    expect(await authenticator.authenticate(headers, CALLER)).toMatchObject({ outcome: "ok" });
    expect(authenticator.authenticate(headers, CALLER)).toMatchObject({ outcome: "ok" });
    clock.pass(329_999);
    expect(authenticator.authenticate(headers, CALLER)).toMatchObject({ outcome: "ok" });
    clock.pass(1);
    expect(await authenticator.authenticate(headers, CALLER)).toMatchObject({ outcome: "expired" });
  });

  it("is verified once for all who bring it at once", async () => {
    const { authenticator } = make({ keys: [ec.pem] });
    const token = await ec.sign();
    const all = Array.from({ length: 1_000 }, () => outcomeOf(authenticator, token));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ok"]));
  });

  it("is revoked at once, also when it is remembered, and alone", async () => {
    const { authenticator, revoked } = make({ keys: [ec.pem] });
    const [token, other] = [await ec.sign(), await ec.sign({ ...CLAIMS, jti: "t-2" })];
    expect(await outcomeOf(authenticator, token)).toBe("ok");
    revoked.replace([{ issuer: ISSUER, jti: "t-1" }]);
    expect(await outcomeOf(authenticator, token)).toBe("revoked");
    expect(await outcomeOf(authenticator, other)).toBe("ok");
    revoked.replace([{ issuer: "https://other.test", jti: "t-1" }]);
    expect(await outcomeOf(authenticator, token)).toBe("ok");
  });
});

describe("a flood of made-up tokens", () => {
  const forged = (at: number): string =>
    `${encode({ alg: "ES256", kid: "k1" })}.${encode({ ...CLAIMS, jti: at })}.${randomBytes(64).toString("base64url")}`;

  it("has an end to its queue, and good tokens get in again once it is gone", async () => {
    const { authenticator } = make({ keys: [ec.pem] });
    const all = Array.from({ length: 1_000 }, (_, at) => outcomeOf(authenticator, forged(at)));
    const outcomes = Object.groupBy(await Promise.all(all), (each) => each);
    expect([outcomes["bad_signature"]?.length, outcomes["verifier_busy"]?.length]).toEqual([
      260, 740,
    ]);
    expect(await verificationOf(authenticator, await ec.sign())).toMatchObject({ outcome: "ok" });
  });

  it("of one issuer takes no turn of another's tokens", async () => {
    const other = { issuer: "https://other.test", keys: [rsa.pem] };
    const { authenticator } = make({ keys: [ec.pem] }, other);
    const flood = Array.from({ length: 1_000 }, (_, at) => outcomeOf(authenticator, forged(at)));
    const good = await rsa.sign({ ...CLAIMS, iss: other.issuer });
    expect(await outcomeOf(authenticator, good)).toBe("ok");
    await Promise.all(flood);
  });

  it("from a source that failed too often is not verified; what is remembered gets in all the same", async () => {
    const clock = manualClock();
    const failing = { wait: (address: string) => (address === "192.0.2.66" ? 7 : 0) };
    const methods = createTokenMethods({ clock, revoked: new RevokedTokens(), log: silentLog });
    const authenticator = methods.keep([tokenOptions({ keys: [ec.pem] })], failing);
    const from = async (address: string, token: string) => {
      const headers = new HeaderList(["authorization", `Bearer ${token}`]);
      return authenticator.authenticate(headers, { address, tls: null });
    };
    const [remembered, fresh] = [await ec.sign(), await ec.sign({ ...CLAIMS, jti: "2" })];
    expect(await from("192.0.2.1", remembered)).toMatchObject({ outcome: "ok" });
    expect(await from("192.0.2.66", remembered)).toMatchObject({ outcome: "ok" });
    for (const token of [fresh, forged(1), "garbage"]) {
      expect(await from("192.0.2.66", token)).toEqual({
        outcome: "too_many_failures",
        retryAfterS: 7,
      });
    }
    expect(await from("192.0.2.1", fresh)).toMatchObject({ outcome: "ok" });
  });
});

describe("remembered tokens", () => {
  it("are told apart by all of their text, not by their end alone", async () => {
    const { authenticator } = make({ keys: [ec.pem] });
    const good = await ec.sign();
    expect(await outcomeOf(authenticator, good)).toBe("ok");
    const [head, , signature] = good.split(".");
    for (const body of [encode({ ...CLAIMS, sub: "root" }), encode(CLAIMS).slice(0, -1), ""]) {
      expect(await outcomeOf(authenticator, `${head}.${body}.${signature}`)).not.toBe("ok");
    }
    expect(await outcomeOf(authenticator, signature!)).toBe("malformed");
    expect(await outcomeOf(authenticator, good)).toBe("ok");
  });

  it("go by number and by length, those first that were there longest", () => {
    const verification = { outcome: "ok", identity: ANONYMOUS } as const;
    const keys = (): null => null;
    const remembered = { verification, untilMs: 10, revocation: "", keys, verifiedBy: null };
    const cache = new TokenCache();
    const known = (name: string): boolean => cache.get(name, 0) !== null;
    for (let at = 0; at <= 10_000; at++) cache.set(`token-${at}`, remembered);
    expect(["token-0", "token-1", "token-10000"].map(known)).toEqual([false, true, true]);
    // 8 KB each: a thousand and some fit.
    for (let at = 0; at < 1_025; at++) cache.set(`${"x".repeat(8_188)}${1_000 + at}`, remembered);
    expect(known("token-10000")).toBe(false);
    expect([1_000, 1_001, 2_024].map((at) => known(`${"x".repeat(8_188)}${at}`))).toEqual([
      false,
      true,
      true,
    ]);
    expect(cache.get(`${"x".repeat(8_188)}2024`, 10)).toBeNull();
  });
});

describe("claims", () => {
  test.each<[string, object, string]>([
    ["expired", { exp: NOW_S - 30 }, "expired"],
    ["expired within the leeway", { exp: NOW_S - 29 }, "ok"],
    ["a fraction of a second", { exp: NOW_S + 0.5 }, "ok"],
    ["exp as text", { exp: String(NOW_S + 300) }, "malformed"],
    ["exp as null", { exp: null }, "malformed"],
    ["exp as a list", { exp: [NOW_S + 300] }, "malformed"],
    ["no exp", { exp: undefined }, "malformed"],
    ["exp below zero", { exp: -1 }, "malformed"],
    ["exp beyond all time", { exp: 8.64e12 + 1 }, "malformed"],
    ["exp of which milliseconds are infinite", { exp: 1e308 }, "malformed"],
    ["exp as a mapping", { exp: { valueOf: NOW_S + 300 } }, "malformed"],
    ["exp as true", { exp: true }, "malformed"],
    ["nbf below zero", { nbf: -1 }, "malformed"],
    ["nbf beyond all time", { nbf: 1e300 }, "malformed"],
    ["iat in the future, which says nothing about now", { iat: NOW_S + 300 }, "ok"],
    ["no audience in a list", { aud: [] }, "wrong_audience"],
    ["an audience in other letters", { aud: "Orders" }, "wrong_audience"],
    ["jti with a line end, as in another issuer's", { jti: "t\n1" }, "malformed"],
    ["a long jti", { jti: "x".repeat(1_025) }, "malformed"],
    ["a thousand roles", { roles: Array(1_000).fill("r") }, "malformed"],
    ["an empty role", { roles: [""] }, "malformed"],
    ["a role as a list", { roles: [["admin"]] }, "malformed"],
    ["not yet", { nbf: NOW_S + 31 }, "not_yet_valid"],
    ["not yet, within the leeway", { nbf: NOW_S + 30 }, "ok"],
    ["nbf as text", { nbf: "0" }, "malformed"],
    ["iat as text", { iat: "0" }, "malformed"],
    ["another audience", { aud: "billing" }, "wrong_audience"],
    ["a part of the audience's name", { aud: "order" }, "wrong_audience"],
    ["several audiences", { aud: ["billing", "orders"] }, "ok"],
    ["no audience", { aud: undefined }, "wrong_audience"],
    ["an audience within a list", { aud: [["orders"]] }, "wrong_audience"],
    ["an audience that is a mapping", { aud: { orders: true } }, "wrong_audience"],
    ["another issuer", { iss: "https://other.test" }, "wrong_issuer"],
    ["an issuer with a slash more", { iss: `${ISSUER}/` }, "wrong_issuer"],
    ["no issuer", { iss: undefined }, "wrong_issuer"],
    ["a list of issuers", { iss: [ISSUER] }, "wrong_issuer"],
    ["no subject", { sub: undefined }, "malformed"],
    ["a number as subject", { sub: 7 }, "malformed"],
    ["a list as subject", { sub: ["alice"] }, "malformed"],
    ["jti as a number", { jti: 7 }, "malformed"],
    ["roles as words", { roles: "admin dev" }, "ok"],
    ["roles with a number among them", { roles: ["admin", 7] }, "malformed"],
    ["roles as a mapping", { roles: { admin: true } }, "malformed"],
    ["too many roles", { roles: Array.from({ length: 257 }, (_, at) => `r${at}`) }, "malformed"],
    ["a role with a line end", { roles: ["a\nb"] }, "malformed"],
  ])("%s", async (_, changes, outcome) => {
    const { authenticator } = make({ keys: [ec.pem] });
    expect(await outcomeOf(authenticator, await ec.sign({ ...CLAIMS, ...changes }))).toBe(outcome);
  });

  it("an attribute without one reading refuses the token: a rule that denies may ask for it", async () => {
    const claims = { subject: "sub", audience: "aud", roles: "", attributes: { team: "team" } };
    const { authenticator } = make({ keys: [ec.pem], claims });
    const token = await ec.sign({ ...CLAIMS, team: { name: "red" } });
    expect(await outcomeOf(authenticator, token)).toBe("malformed");
  });
});

describe("hostile tokens", () => {
  const header = { alg: "ES256", kid: "k1" };
  const forged = `${encode(header)}.${encode(CLAIMS)}.${encode(randomBytes(64).toString("latin1"))}`;
  const signed = (claims: string): string => `${encode(header)}.${encode(claims)}.AAAA`;
  const foreign = async (more: object) => (await createSigner()).sign(CLAIMS, more);
  /** The last character of 64 bytes in base64url has four bits to spare. */
  const respelled = (token: string): string => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return token.slice(0, -1) + letters[letters.indexOf(token.at(-1)!) + 1];
  };
  const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
  const cases: readonly [string, () => string | Promise<string>, string][] = [
    ["alg none", () => `${encode({ alg: "none" })}.${encode(CLAIMS)}.`, "wrong_algorithm"],
    ["alg None", () => `${encode({ alg: "None" })}.${encode(CLAIMS)}.`, "wrong_algorithm"],
    [
      "alg none with a signature",
      () => `${encode({ alg: "none" })}.${encode(CLAIMS)}.AAAA`,
      "wrong_algorithm",
    ],
    ["no alg", () => `${encode({})}.${encode(CLAIMS)}.AAAA`, "malformed"],
    ["alg as a list", () => `${encode({ alg: ["ES256"] })}.${encode(CLAIMS)}.AAAA`, "malformed"],
    [
      "HS256 with the public key as the secret",
      () => hmac({ alg: "HS256" }, CLAIMS, ec.pem),
      "wrong_algorithm",
    ],
    [
      "HS256 with the public key as the secret, its kid",
      () => hmac({ alg: "HS256", kid: "k1" }, CLAIMS, ec.pem),
      "wrong_algorithm",
    ],
    ["HS256 with an empty secret", () => hmac({ alg: "HS256" }, CLAIMS, ""), "wrong_algorithm"],
    [
      "an algorithm of another type of key",
      () => rsa.sign(CLAIMS, { kid: "k1" }),
      "wrong_algorithm",
    ],
    ["a signature of somebody else", async () => (await createSigner()).sign(), "bad_signature"],
    ["a random signature", () => forged, "bad_signature"],
    ["an empty signature", () => `${encode(header)}.${encode(CLAIMS)}.`, "bad_signature"],
    [
      "a signature of zeros (CVE-2022-21449)",
      () => `${encode(header)}.${encode(CLAIMS)}.${Buffer.alloc(64).toString("base64url")}`,
      "bad_signature",
    ],
    [
      "other claims under the signature",
      async () => {
        const [head, , signature] = (await ec.sign()).split(".");
        return `${head}.${encode({ ...CLAIMS, sub: "root" })}.${signature}`;
      },
      "bad_signature",
    ],
    [
      "its own key in the header",
      async () => {
        const own = await createSigner();
        return own.sign(CLAIMS, {
          jwk: own.jwk,
          jku: "https://evil.test/keys",
          x5u: "https://evil.test",
        });
      },
      "bad_signature",
    ],
    ["a path as kid", () => ec.sign(CLAIMS, { kid: "../../../../dev/null" }), "unknown_key"],
    ["SQL as kid", () => ec.sign(CLAIMS, { kid: "' OR '1'='1" }), "unknown_key"],
    ["__proto__ as kid", () => ec.sign(CLAIMS, { kid: "__proto__" }), "unknown_key"],
    ["a huge kid", () => ec.sign(CLAIMS, { kid: "k".repeat(257) }), "malformed"],
    [
      "a number as kid",
      () => `${encode({ ...header, kid: 1 })}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    [
      "crit",
      () => `${encode({ ...header, crit: ["exp"], exp: 1 })}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    [
      "b64: false",
      () => `${encode({ ...header, b64: false, crit: ["b64"] })}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    [
      "a token in the token",
      () => `${encode({ ...header, cty: "JWT" })}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    ["a JWE", () => `${encode({ alg: "dir", enc: "A256GCM" })}..AAAA.AAAA.AAAA`, "malformed"],
    ["one dot", () => "aaaa.bbbb", "malformed"],
    ["no dot", () => "opaque", "malformed"],
    ["a thousand dots", () => `a${".".repeat(1000)}`, "malformed"],
    ["empty", () => "", "malformed"],
    ["a blank in it", () => "a.b .c", "malformed"],
    ["padding", async () => `${await ec.sign()}==`, "malformed"],
    ["plain base64", () => `${encode(header)}.ab+/.AAAA`, "malformed"],
    [
      "a name twice in the header",
      () => `${encode('{"alg":"ES256","kid":"k1","alg":"none"}')}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    [
      "a name twice in the header, once escaped",
      () => `${encode('{"alg":"ES256","\\u0061lg":"none"}')}.${encode(CLAIMS)}.AAAA`,
      "malformed",
    ],
    [
      "a name twice in the claims",
      () =>
        `${encode(header)}.${encode(JSON.stringify(CLAIMS).replace("{", '{"sub":"root",'))}.AAAA`,
      "malformed",
    ],
    ["claims that are a list", () => `${encode(header)}.${encode([CLAIMS])}.AAAA`, "malformed"],
    [
      "claims that are no UTF-8",
      () => `${encode(header)}.${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.AAAA`,
      "malformed",
    ],
    [
      "claims that are deep",
      () => `${encode(header)}.${encode("[".repeat(3000))}.AAAA`,
      "malformed",
    ],
    ["deep claims in a good token", () => ec.sign({ ...CLAIMS, x: nested(2_000) }), "ok"],
    [
      "exp beyond what a number holds",
      () => ec.signText(JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":1e400')),
      "malformed",
    ],
    ["exp twice, the later one good", () => signed('{"exp":1,"exp":1e12}'), "malformed"],
    ["claims named __proto__", () => signed('{"__proto__":{"exp":1e12}}'), "wrong_issuer"],
    ["bits to spare in the signature", async () => respelled(await ec.sign()), "malformed"],
    ["a signature of half a byte", async () => `${await ec.sign()}AAA`, "malformed"],
    ["a line end behind it", async () => `${await ec.sign()}\n`, "malformed"],
    ["a blank before it", async () => ` ${await ec.sign()}`, "malformed"],
    ["percent-encoding", async () => (await ec.sign()).replaceAll(".", "%2E"), "malformed"],
    [
      "its own certificate in the header",
      () => foreign({ x5c: ["MIIB"], x5t: "AAAA" }),
      "bad_signature",
    ],
    ["a compressed one", () => ec.sign(CLAIMS, { zip: "DEF" }), "malformed"],
    ["a JWE of five parts", () => `${encode({ alg: "dir", enc: "A256GCM" })}.a.b.c.d`, "malformed"],
    ["64 KiB", () => ec.sign({ ...CLAIMS, x: "x".repeat(65_536) }), "malformed"],
    ["more than 8 KB", () => ec.sign({ ...CLAIMS, x: "x".repeat(8_192) }), "malformed"],
    ["nearly 8 KB", () => ec.sign({ ...CLAIMS, x: "x".repeat(5_500) }), "ok"],
  ];
  test.each(cases)("%s", async (_, token, outcome) => {
    const { authenticator } = make({ keys: [JSON.stringify(ec.jwk)] });
    expect(await outcomeOf(authenticator, await token())).toBe(outcome);
  });

  test.each([
    ["RS256", "its public key as PEM", (): string => rsa.pem],
    [
      "RS256",
      "its public key as DER",
      (): string =>
        createPublicKey(rsa.pem).export({ format: "der", type: "spki" }).toString("latin1"),
    ],
  ])("HS256 where the key is %s: %s", async (_alg, _as, secret) => {
    const { authenticator } = make({ keys: [rsa.pem] });
    const token = hmac({ alg: "HS256", kid: "r1" }, CLAIMS, secret());
    expect(await outcomeOf(authenticator, token)).toBe("wrong_algorithm");
  });

  test.each([
    ["ES256", "ES384"],
    ["ES384", "ES512"],
    ["EdDSA", "ES256"],
    ["ES256", "RS256"],
    ["RS256", "ES256"],
  ])("%s signed by the issuer's own name, where its key is for %s", async (alg, keyAlg) => {
    const [signer, key] = await Promise.all([createSigner(alg), createSigner(keyAlg)]);
    for (const published of [key.pem, JSON.stringify(key.jwk)]) {
      const { authenticator } = make({ keys: [published] });
      expect(await outcomeOf(authenticator, await signer.sign())).toBe("wrong_algorithm");
    }
  });

  test.each(["role:admin", "anonymous", "Anonymous", "", " alice", "a\nb", "x".repeat(257)])(
    "a signed token whose subject is %j is nobody's",
    async (sub) => {
      const { authenticator } = make({ keys: [ec.pem] });
      const identifier = identifierOf([authenticator], { take: () => 0 });
      const token = await ec.sign({ ...CLAIMS, sub });
      const fields = new HeaderList(["authorization", `Bearer ${token}`]);
      // Again, when it is remembered.
      for (const _turn of [1, 2]) {
        const found = await identifier.identify(fields, ["jwt", "anonymous"], CALLER);
        expect(found).toMatchObject({ outcome: "reserved_subject", isAdmitted: false });
      }
    },
  );

  it("only what the config lists is taken, also of algorithms that the key could do", async () => {
    const { authenticator } = make({ keys: [rsa.pem], algorithms: ["PS256"] });
    expect(await outcomeOf(authenticator, await rsa.sign())).toBe("wrong_algorithm");
  });

  it("an issuer's key does not vouch for another issuer's tokens", async () => {
    const other = { issuer: "https://other.test", keys: [rsa.pem] };
    const { authenticator } = make({ keys: [ec.pem] }, other);
    const claims = { ...CLAIMS, iss: other.issuer };
    expect(await outcomeOf(authenticator, await rsa.sign(claims))).toBe("ok");
    expect(await outcomeOf(authenticator, await ec.sign(claims))).toBe("wrong_algorithm");
    expect(await outcomeOf(authenticator, await (await createSigner("RS256")).sign(claims))).toBe(
      "bad_signature",
    );
  });

  test("any bytes, and any change to a good token, are refused and throw nothing", async () => {
    const { authenticator } = make({ keys: [ec.pem] });
    const good = await ec.sign();
    const changed = fc
      .tuple(
        fc.nat(good.length - 1),
        fc.constantFrom("A", "a", "0", "-", "_", ".", "=", "+", "/", "~"),
      )
      .map(([at, char]) => good.slice(0, at) + char + good.slice(at + 1));
    const parts = fc
      .tuple(fc.json(), fc.json(), fc.base64String())
      .map(([head, body, end]) => `${encode(head)}.${encode(body)}.${end.replaceAll("=", "")}`);
    const tokens = fc.oneof(fc.string({ unit: "binary" }), changed, parts);
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        fc.pre(token !== good);
        expect(await outcomeOf(authenticator, token)).not.toBe("ok");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("what is presented", () => {
  test.each<[string, readonly string[], string | null]>([
    ["nothing", [], null],
    ["another scheme", ["authorization", "Basic YTpi"], null],
    ["a scheme that begins alike", ["authorization", "BearerX abc"], null],
    ["two fields", ["authorization", "Bearer a", "Authorization", "Bearer b"], "malformed"],
    ["a list", ["authorization", "Bearer a, Bearer b"], "malformed"],
    ["no token", ["authorization", "Bearer "], "malformed"],
    ["two blanks", ["authorization", "Bearer  a.b.c"], "malformed"],
    ["a tab", ["authorization", "Bearer\ta.b.c"], null],
    ["the scheme in any letters", ["AUTHORIZATION", "bEaReR a.b.c"], "malformed"],
    ["the scheme alone", ["authorization", "Bearer"], null],
    ["a proxy's field", ["proxy-authorization", "Bearer a.b.c"], null],
    ["a long one", ["authorization", `Bearer ${"a".repeat(100_000)}`], "malformed"],
  ])("%s", async (_, raw, outcome) => {
    const { authenticator } = make({ keys: [ec.pem] });
    const found = await authenticator.authenticate(new HeaderList(raw), CALLER);
    expect(found === null ? null : found.outcome).toBe(outcome);
  });
});
