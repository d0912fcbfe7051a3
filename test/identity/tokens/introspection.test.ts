// Opaque tokens: what an issuer's answer must say, how long it is believed, and whatever else an issuer may do.
import type { ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../../../src/core/log.ts";
import type { Authenticator } from "../../../src/identity/authenticator.ts";
import type { IntrospectionOptions, TokenOptions } from "../../../src/identity/options.ts";
import { RevokedTokens } from "../../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";
import {
  CLAIMS,
  createSigner,
  ISSUER,
  type ManualClock,
  manualClock,
  NO_FAILURES,
  NOW_S,
  outcomeOf,
  startIssuer,
  type TestIssuer,
  tokenOptions,
  verificationOf,
} from "./support.ts";

const ACTIVE = { active: true, ...CLAIMS };
const TOKEN = "mF_9.B5f-4.1JqM";

interface Made {
  readonly authenticator: Authenticator;
  readonly issuer: TestIssuer;
  readonly clock: ManualClock;
  readonly revoked: RevokedTokens;
  readonly log: string[];
}

interface Changes {
  readonly options?: Partial<TokenOptions>;
  readonly introspection?: Partial<IntrospectionOptions>;
  readonly others?: readonly TokenOptions[];
}

async function make(answer: unknown, changes: Changes = {}): Promise<Made> {
  const issuer = await startIssuer({ "/ask": answer });
  const clock = manualClock();
  const log: string[] = [];
  const revoked = new RevokedTokens();
  const methods = createTokenMethods({
    clock,
    revoked,
    log: createLog("info", (line) => void log.push(line)),
  });
  onTestFinished(methods.close);
  const introspection = {
    url: `${issuer.url}/ask`,
    client_id: "weir",
    client_secret: "s3cret",
    cache_ms: 30_000,
    ...changes.introspection,
  };
  const all = [tokenOptions({ introspection, ...changes.options }), ...(changes.others ?? [])];
  return { authenticator: methods.keep(all, NO_FAILURES), issuer, clock, revoked, log };
}

test("the token is asked about as RFC 7662 says, by a client whose name and secret are form-encoded", async () => {
  const { authenticator, issuer } = await make(ACTIVE, {
    introspection: { client_id: "we:ir ü", client_secret: "s+/%:=" },
  });
  expect(await outcomeOf(authenticator, "a+b/c~d==")).toBe("ok");
  const [asked] = issuer.asked;
  expect([...new URLSearchParams(asked!.body)]).toEqual([
    ["token", "a+b/c~d=="],
    ["token_type_hint", "access_token"],
  ]);
  const [scheme, credentials = ""] = asked!.authorization.split(" ");
  expect(scheme).toBe("Basic");
  expect(Buffer.from(credentials, "base64").toString()).toBe("we%3Air+%C3%BC:s%2B%2F%25%3A%3D");
});

test("its claims become an identity as those of a JWT do, scope as roles where the config asks", async () => {
  const answer = {
    active: true,
    username: "alice",
    scope: "read write",
    tenant: "acme",
    token_type: "Bearer",
  };
  const claims = {
    subject: "username",
    audience: "aud",
    roles: "scope",
    attributes: { domain: "tenant" },
  };
  const { authenticator } = await make(answer, { options: { claims, audience: [] } });
  expect(await verificationOf(authenticator, TOKEN)).toEqual({
    outcome: "ok",
    identity: {
      subject: "alice",
      kind: "token",
      issuer: ISSUER,
      roles: ["read", "write"],
      attributes: { domain: "acme" },
    },
  });
});

test.each<[string, object, string]>([
  ["all that is needed", { iss: undefined, exp: undefined, jti: undefined }, "ok"],
  ["not active", { active: false }, "inactive"],
  ["active as text", { active: "true" }, "introspection_unavailable"],
  ["active as a number", { active: 1 }, "introspection_unavailable"],
  ["nothing about active", { active: undefined }, "introspection_unavailable"],
  ["another issuer", { iss: "https://other.test" }, "wrong_issuer"],
  ["a list of issuers", { iss: [ISSUER] }, "wrong_issuer"],
  ["another audience", { aud: "billing" }, "wrong_audience"],
  ["no audience where one is asked for", { aud: undefined }, "wrong_audience"],
  ["expired all the same", { exp: NOW_S - 31 }, "expired"],
  ["exp as text", { exp: `${NOW_S + 300}` }, "malformed"],
  ["exp as null", { exp: null }, "malformed"],
  ["not yet", { nbf: NOW_S + 31 }, "not_yet_valid"],
  ["no subject", { sub: undefined }, "malformed"],
  ["a refresh token", { token_type: "refresh_token" }, "not_bearer"],
  ["a token that is bound to a key", { token_type: "DPoP" }, "not_bearer"],
  ["a kind of token that is no text", { token_type: ["Bearer"] }, "not_bearer"],
  ["a kind of token as some issuers name it", { token_type: "access_token" }, "ok"],
])("an answer with %s", async (_, changes, outcome) => {
  const { authenticator } = await make({ ...ACTIVE, ...changes });
  expect(await outcomeOf(authenticator, TOKEN)).toBe(outcome);
});

test("an answer is believed for a while, never beyond exp, and not at all with cache_ms: 0", async () => {
  const long = await make(ACTIVE, { introspection: { cache_ms: 60_000 } });
  const short = await make({ ...ACTIVE, exp: NOW_S + 20 }, { introspection: { cache_ms: 60_000 } });
  const never = await make(ACTIVE, { introspection: { cache_ms: 0 } });
  const timesAsked = async ({ authenticator, issuer }: Made): Promise<[string, number]> => {
    return [await outcomeOf(authenticator, TOKEN), issuer.asked.length];
  };
  for (const made of [long, short]) {
    expect(await timesAsked(made)).toEqual(["ok", 1]);
    made.clock.pass(19_999);
    expect(await timesAsked(made)).toEqual(["ok", 1]);
    made.clock.pass(1);
  }
  // Within the leeway it may hold, but that has to be asked each time.
  expect(await timesAsked(short)).toEqual(["ok", 2]);
  expect(await timesAsked(short)).toEqual(["ok", 3]);
  long.clock.pass(39_999);
  expect(await timesAsked(long)).toEqual(["ok", 1]);
  long.issuer.answers.set("/ask", { active: false });
  long.clock.pass(1);
  expect(await timesAsked(long)).toEqual(["inactive", 2]);
  expect(await timesAsked(never)).toEqual(["ok", 1]);
  expect(await timesAsked(never)).toEqual(["ok", 2]);
});

test("a refusal is remembered for 5 s, and then asked for again", async () => {
  const { authenticator, issuer, clock } = await make({ active: false });
  for (const _turn of [1, 2, 3]) expect(await outcomeOf(authenticator, TOKEN)).toBe("inactive");
  expect(issuer.asked).toHaveLength(1);
  issuer.answers.set("/ask", ACTIVE);
  clock.pass(5_000);
  expect(await outcomeOf(authenticator, TOKEN)).toBe("ok");
});

test("many who bring one token at once are one question", async () => {
  const { authenticator, issuer } = await make(ACTIVE);
  const all = Array.from({ length: 500 }, () => outcomeOf(authenticator, TOKEN));
  expect(new Set(await Promise.all(all))).toEqual(new Set(["ok"]));
  expect(issuer.asked).toHaveLength(1);
});

test("16 are asked about at a time, 256 wait, more are turned away, and late ones are not asked about", async () => {
  const open: ServerResponse[] = [];
  const full = Promise.withResolvers<void>();
  const { authenticator, issuer, clock, log } = await make((response: ServerResponse) => {
    if (open.push(response) === 16) full.resolve();
  });
  const all = Array.from({ length: 300 }, (_, at) => outcomeOf(authenticator, `opaque-${at}`));
  await full.promise;
  issuer.answers.set("/ask", ACTIVE);
  clock.pass(2_001);
  for (const response of open) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ACTIVE));
  }
  const outcomes = Object.groupBy(await Promise.all(all), (each) => each);
  expect([
    outcomes["ok"]?.length,
    outcomes["introspection_unavailable"]?.length,
    outcomes["verifier_busy"]?.length,
  ]).toEqual([16, 256, 28]);
  expect(issuer.asked).toHaveLength(16);
  expect(log).toHaveLength(1);
  expect(await outcomeOf(authenticator, "opaque-299")).toBe("ok");
});

test("revoked by its jti at once, where it has one", async () => {
  const { authenticator, revoked } = await make(ACTIVE);
  expect(await outcomeOf(authenticator, TOKEN)).toBe("ok");
  revoked.replace([{ issuer: ISSUER, jti: CLAIMS.jti }]);
  expect(await outcomeOf(authenticator, TOKEN)).toBe("revoked");
});

const json = { "content-type": "application/json" };
const hostile: readonly [string, unknown][] = [
  ["nothing there", undefined],
  [
    "an error",
    (response: ServerResponse) => response.writeHead(500, json).end(JSON.stringify(ACTIVE)),
  ],
  ["weir's secret refused", (response: ServerResponse) => response.writeHead(401).end("{}")],
  [
    "a redirect",
    (response: ServerResponse) => response.writeHead(307, { location: "/evil" }).end(),
  ],
  ["201", (response: ServerResponse) => response.writeHead(201, json).end(JSON.stringify(ACTIVE))],
  ["a cut connection", (response: ServerResponse) => response.destroy()],
  [
    "half an answer",
    (response: ServerResponse) => {
      response.writeHead(200, { ...json, "content-length": "1000" }).write(JSON.stringify(ACTIVE));
      setImmediate(() => response.destroy());
    },
  ],
  ["no JSON", (response: ServerResponse) => response.writeHead(200, json).end("<html>")],
  ["a list", [ACTIVE]],
  ["null", null],
  [
    "a name twice",
    (response: ServerResponse) =>
      response.writeHead(200, json).end(`{"active":true,${JSON.stringify(ACTIVE).slice(1)}`),
  ],
  [
    "another type",
    (response: ServerResponse) =>
      response.writeHead(200, { "content-type": "text/html" }).end(JSON.stringify(ACTIVE)),
  ],
  [
    "a signed answer, which was not asked for",
    (response: ServerResponse) => {
      const type = { "content-type": "application/token-introspection+jwt" };
      response.writeHead(200, type).end(JSON.stringify(ACTIVE));
    },
  ],
  ["no type", (response: ServerResponse) => response.writeHead(200).end(JSON.stringify(ACTIVE))],
  ["more than 64 KiB", { ...ACTIVE, x: "x".repeat(65_536) }],
  [
    "a deep answer",
    (response: ServerResponse) => response.writeHead(200, json).end("[".repeat(60_000)),
  ],
  [
    "an answer without end",
    (response: ServerResponse) => {
      const more = (): void => {
        while (response.writable && response.write(" ".repeat(65_536)));
      };
      response.writeHead(200, json).on("drain", more);
      more();
    },
  ],
];

test.each(hostile)(
  "%s: nobody gets in, the next one is asked for again, and the log has neither token nor secret",
  async (_, answer) => {
    const { authenticator, issuer, log } = await make(answer);
    issuer.answers.set("/evil", ACTIVE);
    expect(await verificationOf(authenticator, TOKEN)).toEqual({
      outcome: "introspection_unavailable",
      retryAfterS: 1,
      issuer: ISSUER,
    });
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("introspection_failed");
    expect(log[0]).not.toMatch(/mF_9|s3cret|d2VpcjpzM2NyZXQ/);
    issuer.answers.set("/ask", ACTIVE);
    expect(await outcomeOf(authenticator, TOKEN)).toBe("ok");
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/ask", "/ask"]);
  },
);

test("nobody listening, and one who is slow: given up after 2 s", async () => {
  const gone = await make(ACTIVE, { introspection: { url: "http://127.0.0.1:9/ask" } });
  const slow = await make(() => undefined);
  const outcomes = [gone, slow].map(({ authenticator }) => outcomeOf(authenticator, TOKEN));
  expect(await Promise.all(outcomes)).toEqual(Array(2).fill("introspection_unavailable"));
  expect(slow.log.join()).toContain("did not answer in time");
});

test("a JWT goes to its own issuer alone: not to another's endpoint, broken or not", async () => {
  const [own, foreign] = await Promise.all([createSigner(), createSigner()]);
  const other = tokenOptions({ issuer: "https://other.test", keys: [own.pem] });
  const { authenticator, issuer } = await make(ACTIVE, { others: [other] });
  const token = await foreign.sign({ ...CLAIMS, iss: "https://unknown.test" });
  const verified = await own.sign({ ...CLAIMS, iss: "https://other.test" });
  expect(await outcomeOf(authenticator, token)).toBe("wrong_issuer");
  expect(await outcomeOf(authenticator, verified)).toBe("ok");
  const [head, body] = token.split(".");
  const broken = [
    `${head}.${body}`.concat(".~"),
    `${head}.%.x`,
    `${head}.aaaa.bbbb`,
    `${head}.a.b.c.d`,
    "",
    "a b",
    "a,b",
    "ü",
    "a=b",
    "x".repeat(8_193),
  ];
  for (const each of broken) expect(await outcomeOf(authenticator, each), each).toBe("malformed");
  expect(issuer.asked).toHaveLength(0);
  const asked = await foreign.sign(CLAIMS);
  expect(await outcomeOf(authenticator, asked)).toBe("ok");
  expect(issuer.asked).toHaveLength(1);
});
