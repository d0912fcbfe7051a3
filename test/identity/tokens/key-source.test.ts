// Keys that an issuer publishes: rotated, kept through outages, and fetched once however many ask.
import type { ServerResponse } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "../../../src/core/log.ts";
import type { Authenticator } from "../../../src/identity/authenticator.ts";
import type { TokenOptions } from "../../../src/identity/options.ts";
import { RevokedTokens } from "../../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";
import { HeaderList } from "../../../src/core/header-list.ts";
import {
  CALLER,
  CLAIMS,
  createSigner,
  ISSUER,
  type ManualClock,
  manualClock,
  NO_FAILURES,
  outcomeOf,
  type Signer,
  startIssuer,
  tokenOptions,
} from "./support.ts";

interface Made {
  readonly authenticator: Authenticator;
  readonly keep: (changes: Partial<TokenOptions>) => Authenticator;
  readonly clock: ManualClock;
  readonly log: string[];
}

function make(changes: Partial<TokenOptions>): Made {
  const clock = manualClock();
  const log: string[] = [];
  const methods = createTokenMethods({
    clock,
    revoked: new RevokedTokens(),
    log: createLog("info", (line) => void log.push(line)),
  });
  onTestFinished(methods.close);
  const keep = (next: Partial<TokenOptions>): Authenticator =>
    methods.keep([tokenOptions(next)], NO_FAILURES);
  return { authenticator: keep(changes), keep, clock, log };
}

const setOf = (...signers: readonly Signer[]) => ({ keys: signers.map(({ jwk }) => jwk) });

test("a set is fetched once for any number of tokens, and remembered", async () => {
  const signer = await createSigner();
  const issuer = await startIssuer({ "/keys": setOf(signer) });
  const { authenticator } = make({ jwks_url: `${issuer.url}/keys` });
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, at) => signer.sign({ ...CLAIMS, jti: `t-${at}` })),
  );
  const outcomes = await Promise.all(tokens.map((token) => outcomeOf(authenticator, token)));
  expect(new Set(outcomes)).toEqual(new Set(["ok"]));
  expect(issuer.asked).toHaveLength(1);
});

test("an unknown kid asks again, but not within 30 s, and all who ask at once share one fetch", async () => {
  const [old, next] = await Promise.all([createSigner("ES256", "a"), createSigner("ES256", "b")]);
  const issuer = await startIssuer({ "/keys": setOf(old) });
  const { authenticator, clock } = make({ jwks_url: `${issuer.url}/keys` });
  expect(await outcomeOf(authenticator, await old.sign())).toBe("ok");
  issuer.answers.set("/keys", setOf(next));
  const made = (at: number): Promise<string> => next.sign({ ...CLAIMS, jti: `t-${at}` });
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => made(at)));
  for (const token of tokens) expect(await outcomeOf(authenticator, token)).toBe("unknown_key");
  expect(issuer.asked).toHaveLength(1);
  clock.pass(30_000);
  const outcomes = await Promise.all(tokens.map((token) => outcomeOf(authenticator, token)));
  expect(new Set(outcomes)).toEqual(new Set(["ok"]));
  expect(issuer.asked).toHaveLength(2);
  // What was verified by a key that is gone is verified anew.
  expect(await outcomeOf(authenticator, await old.sign())).toBe("unknown_key");
});

const hostile: readonly [string, unknown][] = [
  ["an error", (response: ServerResponse) => response.writeHead(500).end("no")],
  [
    "a redirect",
    (response: ServerResponse) => response.writeHead(302, { location: "/evil" }).end(),
  ],
  ["a cut connection", (response: ServerResponse) => response.destroy()],
  [
    "half an answer",
    (response: ServerResponse) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setImmediate(() => response.destroy());
    },
  ],
  ["no JSON", (response: ServerResponse) => response.end("<html>")],
  ["JSON of another kind", [1, 2]],
  ["a set without keys", { keys: [] }],
  ["keys that are no list", { keys: { a: 1 } }],
  ["secrets alone", { keys: [{ kty: "oct", kid: "k1", k: "c2VjcmV0" }] }],
  ["thousands of keys", { keys: Array.from({ length: 5_000 }, () => ({ kty: "EC" })) }],
  [
    "an answer without end",
    (response: ServerResponse) => {
      const more = (): void => {
        while (response.writable && response.write(" ".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    },
  ],
];

test.each(hostile)(
  "%s: known keys go on, unknown ones fail closed, and the log says so",
  async (_, answer) => {
    const [known, unknown] = await Promise.all([createSigner(), createSigner("ES256", "k2")]);
    const issuer = await startIssuer({ "/keys": setOf(known), "/evil": setOf(unknown) });
    const { authenticator, clock, log } = make({ jwks_url: `${issuer.url}/keys` });
    expect(await outcomeOf(authenticator, await known.sign())).toBe("ok");
    issuer.answers.set("/keys", answer);
    clock.pass(30_000);
    expect(await outcomeOf(authenticator, await unknown.sign())).toBe("unknown_key");
    expect(await outcomeOf(authenticator, await known.sign({ ...CLAIMS, jti: "2" }))).toBe("ok");
    expect(issuer.asked.map(({ path }) => path)).toEqual(["/keys", "/keys"]);
    expect(log.filter((line) => line.includes("keys_not_fetched"))).toHaveLength(1);
  },
);

test("without any key nobody gets in; once they come, everybody does", async () => {
  const signer = await createSigner();
  const issuer = await startIssuer();
  const { authenticator, clock } = make({ jwks_url: `${issuer.url}/keys` });
  const token = await signer.sign();
  for (const _turn of [1, 2, 3])
    expect(await outcomeOf(authenticator, token)).toBe("keys_unavailable");
  expect(issuer.asked).toHaveLength(1);
  issuer.answers.set("/keys", setOf(signer));
  clock.pass(5_000);
  expect(await outcomeOf(authenticator, token)).toBe("ok");
});

test("a slow issuer is given up after 5 s", async () => {
  const late = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(late.signal);
  onTestFinished(() => timeout.mockRestore());
  const issuer = await startIssuer({ "/keys": () => late.abort() });
  const { authenticator, log } = make({ jwks_url: `${issuer.url}/keys` });
  const token = await (await createSigner()).sign();
  expect(await outcomeOf(authenticator, token)).toBe("keys_unavailable");
  expect(timeout.mock.calls).toEqual([[5_000]]);
  expect(log.join()).toContain("did not answer in time");
});

test("keys of no use in a good set are left out: small RSA, other uses, private, odd curves", async () => {
  const signer = await createSigner();
  const small = { kty: "RSA", kid: "small", n: "AQAB".repeat(20), e: "AQAB" };
  const others = [
    small,
    { ...signer.jwk, kid: "enc", use: "enc" },
    { ...signer.jwk, kid: "private", d: "AAAA" },
    { ...signer.jwk, kid: "alg", alg: "RS256" },
    { ...signer.jwk, kid: 7 },
    "text",
    null,
  ];
  const issuer = await startIssuer({ "/keys": { keys: [...others, signer.jwk] } });
  const { authenticator } = make({ jwks_url: `${issuer.url}/keys` });
  expect(await outcomeOf(authenticator, await signer.sign())).toBe("ok");
  for (const kid of ["enc", "private", "alg", "7", "small"]) {
    const token = await signer.sign({ ...CLAIMS, jti: kid }, { kid });
    expect(await outcomeOf(authenticator, token), kid).toBe("unknown_key");
  }
});

test("a reload keeps fetched keys, and known tokens where the issuers stay as they are", async () => {
  const signer = await createSigner();
  const issuer = await startIssuer({ "/keys": setOf(signer) });
  const options = { jwks_url: `${issuer.url}/keys` };
  const { authenticator, keep } = make(options);
  // The first one waited for its keys, and is verified again by them.
  const token = await signer.sign();
  expect([await outcomeOf(authenticator, token), await outcomeOf(authenticator, token)]).toEqual([
    "ok",
    "ok",
  ]);
  issuer.answers.delete("/keys");
  const headers = new HeaderList(["authorization", `Bearer ${token}`]);
  expect(keep(options).authenticate(headers, CALLER)).toMatchObject({ outcome: "ok" });
  const other = keep({ ...options, audience: ["billing"] });
  expect(await outcomeOf(other, await signer.sign())).toBe("wrong_audience");
  expect(issuer.asked).toHaveLength(1);
});

test("discovery: by the issuer's document, which must name it", async () => {
  const signer = await createSigner();
  const issuer = await startIssuer({ "/keys": setOf(signer) });
  const path = "/.well-known/openid-configuration";
  const options = { issuer: issuer.url, discovery: true };
  const token = await signer.sign({ ...CLAIMS, iss: issuer.url });
  const refused = [
    { issuer: ISSUER, jwks_uri: `${issuer.url}/keys` },
    { issuer: issuer.url },
    { issuer: issuer.url, jwks_uri: 7 },
    { issuer: issuer.url, jwks_uri: "http://issuer.test/keys" },
    { issuer: issuer.url, jwks_uri: "file:///etc/passwd" },
  ];
  for (const document of refused) {
    issuer.answers.set(path, document);
    expect(await outcomeOf(make(options).authenticator, token)).toBe("keys_unavailable");
  }
  issuer.answers.set(path, { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
  expect(await outcomeOf(make(options).authenticator, token)).toBe("ok");
  expect(issuer.asked.filter((each) => each.path === "/keys")).toHaveLength(1);
});

test("made-up key names wait for a slow issuer in small numbers, and hold up nobody else", async () => {
  const [known, unknown] = await Promise.all([createSigner(), createSigner("ES256", "k2")]);
  const issuer = await startIssuer({ "/keys": setOf(known) });
  const { authenticator, clock } = make({ jwks_url: `${issuer.url}/keys` });
  expect(await outcomeOf(authenticator, await known.sign())).toBe("ok");
  clock.pass(30_000);
  const slow = Promise.withResolvers<ServerResponse>();
  issuer.answers.set("/keys", slow.resolve);
  const madeUp = await Promise.all(
    Array.from({ length: 100 }, (_, at) => unknown.sign({ ...CLAIMS, jti: `${at}` })),
  );
  const waiting = madeUp.map((token) => outcomeOf(authenticator, token));
  const response = await slow.promise;
  expect(await outcomeOf(authenticator, await known.sign({ ...CLAIMS, jti: "new" }))).toBe("ok");
  response.end(JSON.stringify(setOf(known)));
  const outcomes = Object.groupBy(await Promise.all(waiting), (each) => each);
  expect([outcomes["unknown_key"]?.length, outcomes["verifier_busy"]?.length]).toEqual([64, 36]);
});
