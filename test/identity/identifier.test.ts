// Who a request is from: only what was verified, and nothing for a credential with two readings.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import { ANONYMOUS } from "../../src/core/identity.ts";
import type { Authenticator } from "../../src/identity/authenticator.ts";
import { createIdentifier, identifierOf, identityFaults } from "../../src/identity/identifier.ts";
import type { IdentityOptions, KeyOptions } from "../../src/identity/options.ts";

function key(subject: string, secret: string): KeyOptions {
  return { key: secret, subject, roles: ["staff"], attributes: { team: "red" } };
}

function options(keys: readonly KeyOptions[]): IdentityOptions {
  return {
    keys,
    tokens: [],
    certificates: { subject: ["spiffe", "cn"] },
    users: null,
    failures: { per_source_per_minute: 0, per_subject_per_minute: 0 },
    headers: { subject: "x-weir-subject", roles: "x-weir-roles" },
  };
}

const CALLER = { address: "192.0.2.1", tls: null };
const NO_LIMIT = { take: () => 0 };
const PARTS = { further: [], failures: NO_LIMIT };

const identifier = createIdentifier(
  options([key("alice", "alice-key"), key("bob", "bob-key")]),
  PARTS,
);
const CHALLENGE = 'ApiKey header="x-api-key"';

describe("an API key", () => {
  it.each([
    ["the right one", ["X-API-Key", "alice-key"], "ok", "alice"],
    ["another one", ["accept", "*/*", "x-api-key", "bob-key"], "ok", "bob"],
    ["no one", ["accept", "*/*"], "none", ""],
    ["a wrong one", ["x-api-key", "alice-kez"], "invalid_key", ""],
    ["the beginning of one", ["x-api-key", "alice-ke"], "invalid_key", ""],
    ["one with more behind it", ["x-api-key", "alice-key "], "invalid_key", ""],
    ["one in another case", ["x-api-key", "Alice-Key"], "invalid_key", ""],
    ["an empty one", ["x-api-key", ""], "invalid_key", ""],
    ["a very long one", ["x-api-key", "a".repeat(10_000)], "invalid_key", ""],
    [
      "the same one twice",
      ["x-api-key", "alice-key", "X-Api-Key", "alice-key"],
      "repeated_key",
      "",
    ],
    ["a wrong one first", ["x-api-key", "no", "x-api-key", "alice-key"], "repeated_key", ""],
    ["a list", ["x-api-key", "alice-key, bob-key"], "repeated_key", ""],
    ["a look-alike field", ["x_api_key", "alice-key"], "none", ""],
  ])("%s", (...[, raw, outcome, subject]) => {
    const result = identifier.identify(new HeaderList(raw), ["key"], CALLER);
    expect(result).toMatchObject({ outcome, identity: { subject } });
    expect(result).toMatchObject({
      isAdmitted: outcome === "ok",
      challenges: outcome === "ok" ? [] : [CHALLENGE],
    });
  });

  it("carries the roles and attributes of the config, and the kind", () => {
    expect(
      identifier.identify(new HeaderList(["x-api-key", "alice-key"]), ["key"], CALLER),
    ).toMatchObject({
      identity: { kind: "key", issuer: "", roles: ["staff"], attributes: { team: "red" } },
    });
  });

  it("is not looked at where the route asks for none", () => {
    expect(identifier.identify(new HeaderList(["x-api-key", "alice-key"]), [], CALLER)).toEqual({
      outcome: "none",
      method: "",
      issuer: "",
      identity: ANONYMOUS,
      isAdmitted: true,
      challenges: [],
      retryAfterS: 0,
    });
  });

  it("is nobody's but the configured ones", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text !== "alice-key" && text !== "bob-key");
        expect(
          identifier.identify(new HeaderList(["x-api-key", text]), ["key"], CALLER),
        ).toMatchObject({
          identity: ANONYMOUS,
        });
      }),
    );
  });

  it("is a credential that upstreams don't get", () => {
    expect([...identifier.credentialHeaders]).toEqual(["x-api-key"]);
  });

  it("is nowhere to be found in the identifier", () => {
    expect(JSON.stringify(identifier)).not.toContain("alice-key");
  });
});

describe("any method", () => {
  const asSubject = (subject: string): Authenticator => ({
    method: "key",
    credentialHeaders: ["authorization"],
    challenge: "Test",
    authenticate: () =>
      Promise.resolve({ outcome: "ok", identity: { ...ANONYMOUS, kind: "token", subject } }),
  });

  it("may take its time", async () => {
    const late = identifierOf([asSubject("carol")], NO_LIMIT).identify(
      new HeaderList([]),
      ["key"],
      CALLER,
    );
    expect(late).toBeInstanceOf(Promise);
    expect(await late).toMatchObject({ outcome: "ok", identity: { subject: "carol" } });
  });

  it.each([
    "anonymous",
    "Anonymous",
    "",
    "role:admin",
    "ROLE:admin",
    "a\nb",
    " a",
    "a".repeat(300),
  ])("can't bring in the subject %j", async (subject) => {
    const result = await identifierOf([asSubject(subject)], NO_LIMIT).identify(
      new HeaderList([]),
      ["key"],
      CALLER,
    );
    expect(result).toEqual({
      outcome: "reserved_subject",
      method: "key",
      issuer: "",
      identity: ANONYMOUS,
      isAdmitted: false,
      challenges: ["Test"],
      retryAfterS: 0,
    });
  });
});

describe("identity options", () => {
  it.each([
    [[key("anonymous", "k")], 'identity.keys[0].subject: "anonymous" is what policies call'],
    [[key("role:admin", "k")], 'identity.keys[0].subject: names that begin with "role:"'],
    [[key("", "k")], "identity.keys[0].subject: a subject must not be empty"],
    [[key("a", "k"), key("b", "k")], "identity.keys[1].key: the same key is there twice"],
    [[key("a", "")], "identity.keys[0].key: 1 to 512 visible"],
    [[key("a", "one,two")], "identity.keys[0].key: 1 to 512 visible"],
    [[key("a", "with blank")], "identity.keys[0].key: 1 to 512 visible"],
  ])("%j: %s", (keys, message) => {
    const faults = identityFaults(options(keys));
    expect(faults[0]).toContain(message);
    for (const { key: secret } of keys) {
      if (secret.length > 1) expect(faults.join()).not.toContain(secret);
    }
    expect(() => createIdentifier(options(keys), PARTS)).toThrow();
  });
});

describe("several methods on a route", () => {
  const answering = (
    method: "key" | "basic",
    found: ReturnType<Authenticator["authenticate"]>,
  ): Authenticator => ({
    method,
    credentialHeaders: [`x-${method}`],
    challenge: method.toUpperCase(),
    authenticate: (headers) => (headers.has(`x-${method}`) ? found : null),
  });
  const ok = { outcome: "ok", identity: { ...ANONYMOUS, kind: "key", subject: "carol" } } as const;
  const methods = identifierOf(
    [answering("key", { outcome: "invalid_key" }), answering("basic", ok)],
    NO_LIMIT,
  );
  const both = ["KEY", "BASIC"];

  it.each([
    ["the first that is there decides", ["x-basic"], ["key", "basic"], "ok", []],
    ["a bad one is not passed over", ["x-key", "x-basic"], ["key", "basic"], "invalid_key", both],
    ["nor for another order", ["x-key", "x-basic"], ["basic", "key"], "ok", []],
    ["nothing: a challenge for each", [], ["key", "basic"], "none", both],
    ["anonymous: nothing will do", [], ["key", "basic", "anonymous"], "none", []],
    ["anonymous: a bad one won't", ["x-key"], ["key", "anonymous"], "invalid_key", ["KEY"]],
    ["a method that the route does not take", ["x-key"], ["basic"], "none", ["BASIC"]],
  ] as const)("%s", (...[, names, asked, outcome, challenges]) => {
    const headers = new HeaderList(names.flatMap((name) => [name, "given"]));
    const result = methods.identify(headers, asked, CALLER);
    expect(result).toMatchObject({ outcome, challenges });
    expect(result).toMatchObject({ isAdmitted: challenges.length === 0 });
    const tried = { none: "", ok: "basic", invalid_key: "key" }[outcome];
    expect(result).toMatchObject({ method: tried });
  });

  it.each([
    ["where it holds", { ...ok, identity: { ...ok.identity, issuer: "CA" } }, "CA"],
    ["where it does not", { outcome: "expired", issuer: "CA" }, "CA"],
    ["where a name is refused", { ...ok, identity: { ...ANONYMOUS, issuer: "CA" } }, "CA"],
    ["where it is not known", { outcome: "malformed" }, ""],
  ] as const)("tells of the issuer %s", async (...[, found, issuer]) => {
    const one = identifierOf([answering("key", found)], NO_LIMIT);
    const result = await one.identify(new HeaderList(["x-key", "given"]), ["key"], CALLER);
    expect(result).toMatchObject({ method: "key", issuer });
  });

  it("what is there and no method reads is bad, with anonymous, too", () => {
    const silent: Authenticator = { ...answering("basic", null), authenticate: () => null };
    const headers = new HeaderList(["x-basic", "of another scheme"]);
    const result = identifierOf([silent], NO_LIMIT).identify(
      headers,
      ["basic", "anonymous"],
      CALLER,
    );
    expect(result).toMatchObject({ outcome: "unknown_scheme", isAdmitted: false });
  });

  it("counts failures of those that don't themselves, and answers no more when there are too many", () => {
    const taken: string[] = [];
    const take = (address: string): number => (taken.push(address) > 2 ? 7 : 0);
    const counted = identifierOf([answering("key", { outcome: "invalid_key" })], { take });
    const results = [1, 2, 3].map(() =>
      counted.identify(new HeaderList(["x-key", "no"]), ["key"], CALLER),
    );
    expect(results).toMatchObject([
      { outcome: "invalid_key", retryAfterS: 0 },
      { outcome: "invalid_key", retryAfterS: 0 },
      { outcome: "too_many_failures", retryAfterS: 7 },
    ]);
    expect(taken).toEqual(Array(3).fill("192.0.2.1"));
  });
});
