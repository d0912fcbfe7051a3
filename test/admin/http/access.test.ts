// Who may ask: peers, tokens, names and sites, each as a row of a table.
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { createAccess } from "../../../src/admin/http/access.ts";
import { createKnownCallers } from "../../../src/admin/http/callers.ts";
import { isLoopback } from "../../../src/core/loopback.ts";
import { Problem } from "../../../src/admin/http/problem.ts";

interface Asked {
  readonly from?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/** "ok", or the code of the refusal. */
function ask({
  from = "127.0.0.1",
  method = "GET",
  headers = {},
  token = "s3cret",
}: Asked): string {
  const known = createKnownCallers({ token, tokens: [], certificates: [] });
  const access = createAccess({
    listen: { host: "weir.internal", port: 9090 },
    callers: () => known,
    sourceOf: ({ socket }) => socket.remoteAddress ?? "",
    limits: () => ({ take: () => 0, giveBack: () => undefined }),
    names: () => [],
    tlsOf: () => null,
  });
  const all = { host: "127.0.0.1:9090", ...headers };
  try {
    const headersDistinct = { host: [all.host] };
    const socket = { remoteAddress: from };
    access({ method, headers: all, headersDistinct, socket } as unknown as IncomingMessage);
    return "ok";
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.code : String(thrown);
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("the token", () => {
  test.each<[string, Asked, string]>([
    ["loopback needs none", {}, "ok"],
    ["nor where none is set", { token: "" }, "ok"],
    ["IPv6 loopback", { from: "::1" }, "ok"],
    ["IPv4 in IPv6", { from: "::ffff:127.0.0.5" }, "ok"],
    ["beyond loopback", { from: "10.0.0.7" }, "unauthenticated"],
    ["beyond loopback in IPv6", { from: "::ffff:10.0.0.7" }, "unauthenticated"],
    ["no address", { from: "" }, "unauthenticated"],
    ["the right one", { from: "10.0.0.7", headers: bearer("s3cret") }, "ok"],
    [
      "scheme without regard to case",
      { from: "10.0.0.7", headers: { authorization: "bearer s3cret" } },
      "ok",
    ],
    ["a wrong one", { from: "10.0.0.7", headers: bearer("s3cre") }, "unauthenticated"],
    ["a longer one", { from: "10.0.0.7", headers: bearer("s3cret1") }, "unauthenticated"],
    [
      "another scheme",
      { from: "10.0.0.7", headers: { authorization: "Basic s3cret" } },
      "unauthenticated",
    ],
    [
      "an empty one where none is set",
      { from: "10.0.0.7", token: "", headers: bearer("") },
      "unauthenticated",
    ],
    [
      "any one where none is set",
      { from: "10.0.0.7", token: "", headers: bearer("x") },
      "unauthenticated",
    ],
    [
      "somebody behind a local proxy",
      { headers: { "x-forwarded-for": "10.0.0.7" } },
      "unauthenticated",
    ],
    [
      "somebody behind a local proxy",
      { headers: { forwarded: "for=10.0.0.7" } },
      "unauthenticated",
    ],
  ])("%s: %j is %s", (_name, asked, outcome) => {
    expect(ask(asked)).toBe(outcome);
  });
});

describe("the Host on loopback", () => {
  test.each([
    ["127.0.0.1:9090", "ok"],
    ["[::1]:9090", "ok"],
    ["192.168.1.4", "ok"],
    ["localhost:9090", "ok"],
    ["LOCALHOST", "ok"],
    ["weir.internal:9090", "ok"],
    ["evil.example:9090", "misdirected"],
    ["localhost.evil.example", "misdirected"],
    ["127.0.0.1.evil.example", "misdirected"],
    ["", "misdirected"],
  ])("%s is %s", (host, outcome) => {
    expect(ask({ headers: { host } })).toBe(outcome);
  });

  test("any name with the token", () => {
    expect(ask({ headers: { host: "weir.example", ...bearer("s3cret") } })).toBe("ok");
  });
});

describe("other sites", () => {
  test.each<[string, Asked, string]>([
    ["a script without a browser", { method: "POST" }, "ok"],
    [
      "our own page",
      {
        method: "POST",
        headers: { origin: "http://127.0.0.1:9090", "sec-fetch-site": "same-origin" },
      },
      "ok",
    ],
    [
      "another origin",
      { method: "POST", headers: { origin: "http://evil.example" } },
      "cross_site",
    ],
    [
      "another port",
      { method: "POST", headers: { origin: "http://127.0.0.1:3000" } },
      "cross_site",
    ],
    ["an opaque origin", { method: "POST", headers: { origin: "null" } }, "cross_site"],
    [
      "a page of another site",
      { method: "POST", headers: { "sec-fetch-site": "cross-site" } },
      "cross_site",
    ],
    [
      "a form of another site",
      { method: "POST", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } },
      "cross_site",
    ],
    ["a fetch by another site", { headers: { "sec-fetch-site": "cross-site" } }, "cross_site"],
    ["a fetch by a neighbour", { headers: { "sec-fetch-site": "same-site" } }, "cross_site"],
    [
      "a link on another site",
      { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } },
      "ok",
    ],
    ["typed into the address bar", { headers: { "sec-fetch-site": "none" } }, "ok"],
    [
      "even with the token",
      { method: "POST", headers: { origin: "http://evil.example", ...bearer("s3cret") } },
      "cross_site",
    ],
  ])("%s: %j is %s", (_name, asked, outcome) => {
    expect(ask(asked)).toBe(outcome);
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.255.255.254", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["128.0.0.1", false],
  ["::2", false],
  ["localhost", false],
  ["", false],
])("%s is loopback: %s", (address, outcome) => {
  expect(isLoopback(address)).toBe(outcome);
});
