// The one normal form of a path: what policy, upstream and row see alike, and what has none.
import { describe, expect, it } from "vitest";
import { PATH_FORMS, type PathForm } from "../../src/core/normal-path.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";
import { words } from "./support/path-readings.ts";

const normal: readonly [string, string][] = [
  ["/", "/"],
  ["/a/b", "/a/b"],
  ["/a/", "/a/"],
  ["//a///b//", "/a/b/"],
  ["//evil.test/x", "/evil.test/x"],
  ["/a/./b", "/a/b"],
  ["/a/%2e/b", "/a/b"],
  ["/a/../b", "/b"],
  ["/a/b/..", "/a/"],
  ["/a//b/..", "/a/"],
  ["/a/.", "/a/"],
  ["/.", "/"],
  ["/a/..", "/"],
  ["/x/%2e%2e/a", "/a"],
  ["/x/.%2E/a", "/a"],
  ["/..a/.b/c..d", "/..a/.b/c..d"],
  ["/%7euser", "/~user"],
  ["/%41%2d%5F", "/A-_"],
  ["/a%20b", "/a%20b"],
  ["/%c3%a9", "/%C3%A9"],
  ["/e%cc%81", "/e%CC%81"],
  ["/A", "/A"],
  ["/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="],
  ["/a%3ab%40%2a", "/a:b@*"],
  ["/%21%24%26%27%28%29%2A%2C%3D%3A%40", "/!$&'()*,=:@"],
  ["/a+b%2bc", "/a+b%2Bc"],
  ["/a%3fb%23", "/a%3Fb%23"],
  ["/50%25", "/50%25"],
  ["/50%25of", "/50%25of"],
  ["/%e2%80%a6b", "/%E2%80%A6b"],
  ["/%c2%bd", "/%C2%BD"],
  ["/%ef%bd%81", "/%EF%BD%81"],
  ["/%f0%9f%9a%b0", "/%F0%9F%9A%B0"],
];

it.each(normal)("%s -> %s", (raw, path) => {
  expect(readTarget(raw, "GET").path).toBe(path);
});

const AMBIGUOUS: Readonly<Record<string, readonly string[]>> = {
  "a broken triplet": ["/a%2", "/a%", "/a%zz", "/%%32e", "/%u002e"],
  "an encoded slash": ["/a%2fb", "/a%2Fb", "/..%2fb", "/a%2f../b", "/%2f"],
  "a backslash": ["/a\\b", "/a%5cb", "/..%5Cb"],
  "an encoded control character": [
    "/a%00",
    "/a%00.png",
    "/a%0d%0ab",
    "/a%7f",
    "/%c2%85",
    "/%E2%80%A8",
  ],
  "a climb above the root": ["/../a", "/a/../../b", "/%2e%2e/a", "/..", "/a/b/../../.."],
  "a climb over a doubled slash": ["/a//../b", "/a//b/../../c", "//..", "/a/.//../b"],
  "a raw character of another meaning": [
    "/a|b",
    '/a"b',
    "/a<b>",
    "/a{b}",
    "/a^b`",
    "/a#b",
    "/\xe9",
  ],
  "a matrix parameter": ["/a;x=1/b", "/a;", "/a/..;/b", "/a/%2e%2e;x=1", "/a%3bx/b", "/;/a"],
  "a double encoding": [
    "/a%252e%252e/b",
    "/%252f",
    "/%25252e",
    "/%25%32%65",
    "/%25u002e",
    "/5%25ab",
  ],
  "an overlong form": ["/%c0%ae%c0%ae/a", "/%c0%af", "/%e0%80%af", "/%f0%80%80%ae"],
  "bytes that are no UTF-8": ["/%ff", "/caf%e9", "/%c3", "/%ed%a0%80", "/%f4%90%80%80", "/%80"],
  "a full-width delimiter": ["/a%ef%bc%8fb", "/a%ef%bc%bcb", "/a%ef%bc%9bb", "/a%ef%bc%85%32e"],
  "full-width dots": ["/%ef%bc%8e%ef%bc%8e/a", "/%e2%80%a5/a", "/a/%ef%b9%92", "/a%e2%80%a6"],
  "a character like a slash": ["/a%e2%81%84b", "/a%e2%88%95b", "/a%e2%88%96b", "/%e2%84%80"],
  "a dot or blank at a segment's end": [
    "/a.",
    "/a./b",
    "/...",
    "/a%2e",
    "/a%20",
    "/a%20/b",
    "/a.%20",
  ],
};

describe.each(Object.entries(AMBIGUOUS))("%s", (_, targets) => {
  it.each(targets)("%s", (target) => {
    expect(() => readTarget(target, "GET")).toThrow(
      expect.objectContaining({ code: "ambiguous_path" }),
    );
  });
});

it("is its own normal form", () => {
  for (const [, path] of normal) expect(readTarget(path, "GET").path).toBe(path);
});

/** By what is let through: spellings and their normal forms, and what is refused all the same. */
const ALLOWED: readonly (readonly [
  allowed: readonly PathForm[],
  normal: readonly (readonly [string, string])[],
  ambiguous: readonly string[],
])[] = [
  [
    ["encoded_slash"],
    [
      ["/a%2fb", "/a%2Fb"],
      ["/a%2Fb", "/a%2Fb"],
      ["/api/queues/%2f/q", "/api/queues/%2F/q"],
      ["/%2f", "/%2F"],
      ["/a%2f", "/a%2F"],
      ["/a%2f%2Fb", "/a%2F%2Fb"],
      ["/@scope%2fname", "/@scope%2Fname"],
      ["/a//b%2fc/./d", "/a/b%2Fc/d"],
      ["/no/../b%2fc", "/b%2Fc"],
      ["/b%2fc/d/..", "/b%2Fc/"],
      ["/.a%2f.b..c%2f.d", "/.a%2F.b..c%2F.d"],
      ["/caf%c3%a9%2fa%20b%2f50%25", "/caf%C3%A9%2Fa%20b%2F50%25"],
    ],
    words(
      "/..%2fb /.%2fb /a/..%2f /%2e%2e%2fb /a%2f.. /a%2f. /a%2f../b /a%2f..%2fb",
      "/a%2f.%2fb /a%2f%2e%2E/b /a.%2fb /a%2fb. /a%2f...%2fb /a%2f../ /a%20%2fb",
      "/..%20%2fb /a%2f..%20 /a%c2%a0%2fb /a%2f%ef%bc%8e%ef%bc%8e/b /a%2f%e2%80%a5%2fb",
      "/a%ef%bc%8e%2fb /a%2fb/../c /a/%2f/../b /%2f/.. /../a%2fb /a//../b%2fc /a%252fb",
      "/a%25%32%66 /a%2fb%252f /a%u002fb /a%25u002f /a\\b%2fc /a%5cb /a%2f%5cb /a%c0%af",
      "/a%ef%bc%8fb /a%e2%88%95b /%c3%2f /a;b /a%2f;b /a%3bb /a%2fb%00 /a%2",
    ),
  ],
  [
    ["semicolon"],
    [
      ["/a;x=1/b", "/a;x=1/b"],
      ["/a;", "/a;"],
      ["/a;x;y=1.0,2/b;z", "/a;x;y=1.0,2/b;z"],
      ["/a%41;%7ex=%2d/b", "/aA;~x=-/b"],
      ["/a;x/../b", "/b"],
      ["/a//b;x", "/a/b;x"],
      ["/.a;x", "/.a;x"],
      ["/a;x=caf%c3%a9", "/a;x=caf%C3%A9"],
      ["/a;;", "/a;;"],
      ["/50%25;x", "/50%25;x"],
    ],
    words(
      "/;x /a/;x /a/; /;/a //;x /.;x /..;x /a/..;/b /a/%2e%2e;/b /a.;x /a...;x /a;x.",
      "/a;x./b /a;.. /a;../b /a;x=.;y /a%20;x /..%20;x /a;x%20/b /%ef%bc%8e%ef%bc%8e;x",
      "/a%e2%80%a5;x /a%3bx /a%3Bx;y /a%ef%bc%9bx /a%cd%bex /a;%ef%bc%9b /a%253bx",
      "/a%2fb /a;x%2fb /a;x\\b /a;x%5cb /a;x%00 /a;x//../b /a;|",
    ),
  ],
  [
    PATH_FORMS,
    [
      ["/a;x=1%2fb/c", "/a;x=1%2Fb/c"],
      ["/a%2fb;x/c", "/a%2Fb;x/c"],
      ["/a;x%2f", "/a;x%2F"],
    ],
    words(
      "/a%2f;x /%2f;x /a;x%2f.. /a;x%2f../b /a%2f..;x /a;.%2fb /a%2f.;x/b /a;x%2fb/../c",
      "/a%3b /a%252f;x",
    ),
  ],
];

describe.each(ALLOWED)("with %j allowed", (allowed, normal, ambiguous) => {
  it.each(normal)("%s -> %s", (raw, path) => {
    expect(readTarget(raw, "GET", allowed).path).toBe(path);
    expect(readTarget(path, "GET", allowed).path).toBe(path);
  });

  it.each(ambiguous)("%s is ambiguous", (target) => {
    expect(() => readTarget(target, "GET", allowed)).toThrow(
      expect.objectContaining({ code: "ambiguous_path" }),
    );
  });

  const rest = Object.entries(AMBIGUOUS).filter(([kind]) => {
    return kind !== "an encoded slash" && kind !== "a matrix parameter";
  });
  it.each(rest)("%s is refused as ever", (_, targets) => {
    for (const target of targets) expect(() => readTarget(target, "GET", allowed)).toThrow();
  });
});

it.each([
  ["http://a.test", "/", "", "a.test"],
  ["http://a.test?x=1", "/", "x=1", "a.test"],
  ["HTTPS://A.test:1/b/../c?d", "/c", "d", "A.test:1"],
  ["http://[::1]:8/x", "/x", "", "[::1]:8"],
  ["/p?a=1?b=/../&c=%2f", "/p", "a=1?b=/../&c=%2f", ""],
])("target %s", (...[raw, path, query, authority]) => {
  expect(readTarget(raw, "GET")).toEqual({ path, query, authority });
});

const MODEL =
  "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = keyMatch(r.obj, p.obj)\n";

it("policy, upstream and row see the same path", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: { model: MODEL, rules: "p, any, /open/*, GET\n" },
  });
  const asked: readonly [string, number, string][] = [
    ["/open/x", 200, "/open/x"],
    ["/open/../secret", 403, "/secret"],
    ["/open/%2e%2e/secret", 403, "/secret"],
    ["//secret", 403, "/secret"],
    ["/x/..//open//a", 200, "/open/a"],
    ["http://a.test/open/../secret", 403, "/secret"],
  ];
  for (const [nth, [target, status, path]] of asked.entries()) {
    const response = await exchangeRaw(proxy.port, requestText(`GET ${target}`));
    expect(response.status).toBe(status);
    expect(proxy.rows[nth]).toMatchObject({
      path,
      status,
      decision: status === 200 ? "allow" : "deny",
    });
    expect(proxy.rows[nth]!.policyRequest[1]).toBe(path);
  }
  expect(upstream.calls.map(({ target }) => target)).toEqual(["/open/x", "/open/a"]);
});

it("a reload lets %2F through, as part of a segment", async () => {
  await using upstream = await startUpstream(answerOk);
  const setup = {
    upstreams: [upstream.url],
    policy: { model: MODEL, rules: "p, any, /open/*, GET\n" },
  };
  await using proxy = await startProxy(setup);
  const ask = async (target: string): Promise<number> =>
    (await exchangeRaw(proxy.port, requestText(`GET ${target}`))).status;
  expect(await ask("/open/a%2fb")).toBe(400);
  await proxy.swap({ ...setup, config: { paths: { allow: ["encoded_slash"] } } });
  expect(await ask("/open/a%2fb")).toBe(200);
  expect(await ask("/open%2fb")).toBe(403);
  expect(await ask("/open/..%2fsecret")).toBe(400);
  expect(await ask("/open/a;b")).toBe(400);
  expect(upstream.calls.map(({ target }) => target)).toEqual(["/open/a%2Fb"]);
  expect(proxy.rows[1]).toMatchObject({ path: "/open/a%2Fb" });
  expect(proxy.rows[1]!.policyRequest[1]).toBe("/open/a%2Fb");
});

it.each(["/a%2fb", "/a%00", "/../x", "/a\\b", "/a%zz"])(
  "ambiguous %s is refused with a row",
  async (target) => {
    await using upstream = await startUpstream(answerOk);
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    const { status, text } = await exchangeRaw(proxy.port, requestText(`GET ${target}`));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: "ambiguous_path" });
    expect(proxy.rows[0]).toMatchObject({ errorCode: "ambiguous_path", completed: true });
    expect(upstream.calls).toHaveLength(0);
  },
);
