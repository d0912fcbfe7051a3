// The one normal form of a path: what policy, upstream and row see alike, and what has none.
import { expect, it } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const normal: readonly [string, string][] = [
  ["/", "/"],
  ["/a/b", "/a/b"],
  ["/a/", "/a/"],
  ["//a///b//", "/a/b/"],
  ["/a/./b", "/a/b"],
  ["/a/../b", "/b"],
  ["/a/b/..", "/a/"],
  ["/a/.", "/a/"],
  ["/.", "/"],
  ["/a/..", "/"],
  ["/%2e%2e/a".replace("/%2e%2e", "/x/%2e%2e"), "/a"],
  ["/x/%2E%2e/a", "/a"],
  ["/%7euser", "/~user"],
  ["/%41%2d%5F", "/A-_"],
  ["/a%20b", "/a%20b"],
  ["/%c3%a9", "/%C3%A9"],
  ["/a%2", ""],
  ["/a%", ""],
  ["/a%zz", ""],
  ["/a%2fb", ""],
  ["/a%2Fb", ""],
  ["/a%5cb", ""],
  ["/a\\b", ""],
  ["/a%00", ""],
  ["/a%0d%0ab", ""],
  ["/a%7f", ""],
  ["/../a", ""],
  ["/a/../../b", ""],
  ["/%2e%2e/a", ""],
  ["/a|b", ""],
  ['/a"b', ""],
  ["/a<b>", ""],
  ["/a{b}", ""],
  ["/a^b`", ""],
  ["/a#b", ""],
  ["/\xe9", ""],
  ["/a/..;/b", ""],
  ["/a/.;x/b", ""],
  ["/a/%2e%2e;x=1", ""],
  ["/a/...;/b;..", "/a/...;/b;.."],
  ["/a;x=1/b", "/a;x=1/b"],
  ["/a/...", "/a/..."],
  ["/..a/b..", "/..a/b.."],
  ["/a%252e%252e/b", "/a%252e%252e/b"],
  ["/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="],
  ["//evil.test/x", "/evil.test/x"],
  ["/a%3Fb", "/a%3Fb"],
  ["/a%25", "/a%25"],
  ["/a/%2e/b", "/a/b"],
];

it.each(normal)("%s -> %s", (raw, path) => {
  if (path !== "") expect(readTarget(raw, "GET").path).toBe(path);
  else expect(() => readTarget(raw, "GET")).toThrow(WeirError);
});

it("is its own normal form", () => {
  for (const [, path] of normal) if (path !== "") expect(readTarget(path, "GET").path).toBe(path);
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
