// Who the client is behind trusted proxies, and the Forwarded fields the upstream gets (RFC 7239).
import { describe, expect, it } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import { appendForwarded, createForwarded } from "../../src/core/forwarded.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const forwarded = createForwarded({
  trusted: ["10.0.0.0/8", "2001:db8:ffff::/48", "fe80::/10"],
  pseudonym: "weir",
});
const facts = (peer: string, headers: readonly string[]): ReturnType<typeof forwarded> =>
  forwarded({ peer, scheme: "http", host: "seen.test", headers: new HeaderList(headers) });

const XFF = "X-Forwarded-For";
const chains: readonly [string, string, readonly string[], string, readonly string[]][] = [
  ["no proxy", "192.0.2.1", [], "192.0.2.1", ["192.0.2.1"]],
  ["untrusted peer is not believed", "192.0.2.1", [XFF, "10.1.1.1"], "192.0.2.1", ["192.0.2.1"]],
  ["one trusted hop", "10.0.0.1", [XFF, "192.0.2.7"], "192.0.2.7", ["192.0.2.7", "10.0.0.1"]],
  [
    "two trusted hops",
    "10.0.0.1",
    [XFF, "192.0.2.7, 10.0.0.2"],
    "192.0.2.7",
    ["192.0.2.7", "10.0.0.2", "10.0.0.1"],
  ],
  [
    "what the client itself claims is cut",
    "10.0.0.1",
    [XFF, "1.1.1.1, 192.0.2.7, 10.0.0.2"],
    "192.0.2.7",
    ["192.0.2.7", "10.0.0.2", "10.0.0.1"],
  ],
  [
    "several fields are one list",
    "10.0.0.1",
    [XFF, "1.1.1.1", XFF, "192.0.2.7", XFF, "10.0.0.2"],
    "192.0.2.7",
    ["192.0.2.7", "10.0.0.2", "10.0.0.1"],
  ],
  [
    "port and brackets go",
    "10.0.0.1",
    [XFF, "[2001:db8::9]:4711"],
    "2001:db8::9",
    ["2001:db8::9", "10.0.0.1"],
  ],
  ["IPv4 port goes", "10.0.0.1", [XFF, "192.0.2.7:5000"], "192.0.2.7", ["192.0.2.7", "10.0.0.1"]],
  ["bare IPv6", "10.0.0.1", [XFF, "2001:db8::9"], "2001:db8::9", ["2001:db8::9", "10.0.0.1"]],
  [
    "IPv6 proxy",
    "2001:db8:ffff::1",
    [XFF, "192.0.2.7"],
    "192.0.2.7",
    ["192.0.2.7", "2001:db8:ffff::1"],
  ],
  [
    "IPv4-mapped peer",
    "::ffff:10.0.0.1",
    [XFF, "192.0.2.7"],
    "192.0.2.7",
    ["192.0.2.7", "10.0.0.1"],
  ],
  [
    "zone of a link-local peer",
    "fe80::1%eth0",
    [XFF, "192.0.2.7"],
    "192.0.2.7",
    ["192.0.2.7", "fe80::1"],
  ],
  [
    "zone in a claim",
    "10.0.0.1",
    [XFF, "fe80::5%1, 10.0.0.9"],
    "fe80::5",
    ["fe80::5", "10.0.0.9", "10.0.0.1"],
  ],
  [
    "garbage ends the chain",
    "10.0.0.1",
    [XFF, "192.0.2.7, junk, 10.0.0.2"],
    "10.0.0.2",
    ["10.0.0.2", "10.0.0.1"],
  ],
  ["unknown", "10.0.0.1", [XFF, "unknown"], "10.0.0.1", ["10.0.0.1"]],
  ["empty", "10.0.0.1", [XFF, ""], "10.0.0.1", ["10.0.0.1"]],
  [
    "all trusted: the farthest",
    "10.0.0.1",
    [XFF, "10.0.0.3, 10.0.0.2"],
    "10.0.0.3",
    ["10.0.0.3", "10.0.0.2", "10.0.0.1"],
  ],
  [
    "Forwarded",
    "10.0.0.1",
    ["Forwarded", 'for=1.1.1.1, For="[2001:db8::9]:4711";proto=https;by=_x, for=10.0.0.2'],
    "2001:db8::9",
    ["2001:db8::9", "10.0.0.2", "10.0.0.1"],
  ],
  [
    "Forwarded with an obfuscated node",
    "10.0.0.1",
    ["Forwarded", "for=_hidden"],
    "10.0.0.1",
    ["10.0.0.1"],
  ],
  [
    "Forwarded with a comma in quotes",
    "10.0.0.1",
    ["Forwarded", 'for=192.0.2.7;host="a,b"'],
    "192.0.2.7",
    ["192.0.2.7", "10.0.0.1"],
  ],
];

it.each(chains)("%s", (...[, peer, headers, address, chain]) => {
  expect(facts(peer, headers)).toMatchObject({ address, chain });
});

it("walks at most 32 hops of a claim", () => {
  const hops = Array.from({ length: 5_000 }, (_, at) => `10.1.${at >> 8}.${at & 255}`).join(", ");
  expect(facts("10.0.0.1", [XFF, hops]).chain).toHaveLength(33);
});

describe("scheme and host", () => {
  it.each([
    [
      "nearest proxy's word",
      [
        XFF,
        "192.0.2.7",
        "X-Forwarded-Proto",
        "http, https",
        "X-Forwarded-Host",
        "evil.test, api.test",
      ],
      "https",
      "api.test",
    ],
    [
      "garbage is ignored",
      [XFF, "192.0.2.7", "X-Forwarded-Proto", "gopher", "X-Forwarded-Host", 'a"b'],
      "http",
      "seen.test",
    ],
    [
      "Forwarded: of the element that names the client, not of one the client made up",
      [
        "Forwarded",
        "for=1.1.1.1;proto=http;host=evil.test, for=192.0.2.7;proto=https;host=api.test",
      ],
      "https",
      "api.test",
    ],
    [
      "Forwarded: from later elements where the first says nothing",
      [
        "Forwarded",
        "for=1.1.1.1;host=evil.test, for=192.0.2.7, for=10.0.0.2;proto=https;host=api.test",
      ],
      "https",
      "api.test",
    ],
    [
      "X-Forwarded-* without addresses",
      ["X-Forwarded-Proto", "https", "X-Forwarded-Host", "api.test"],
      "https",
      "api.test",
    ],
    [
      "one family only: nothing of Forwarded beside X-Forwarded-For",
      [XFF, "192.0.2.7", "Forwarded", "for=1.1.1.1;proto=https;host=evil.test"],
      "http",
      "seen.test",
    ],
    [
      "one family only: nothing of X-Forwarded-* beside Forwarded",
      ["Forwarded", "for=192.0.2.7", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.test"],
      "http",
      "seen.test",
    ],
  ])("%s", (...[, headers, scheme, host]) => {
    expect(facts("10.0.0.1", headers)).toMatchObject({ scheme, host });
  });
});

it("writes X-Forwarded-* and Forwarded, IPv6 in quotes and brackets", () => {
  const headers: string[] = [];
  appendForwarded(
    headers,
    {
      address: "2001:db8::9",
      scheme: "https",
      host: "api.test",
      chain: ["2001:db8::9", "10.0.0.1"],
    },
    "edge",
  );
  expect(headers).toEqual([
    "X-Forwarded-For",
    "2001:db8::9, 10.0.0.1",
    "X-Forwarded-Proto",
    "https",
    "X-Forwarded-Host",
    "api.test",
    "Forwarded",
    'for="[2001:db8::9]";host="api.test";proto=https, for=10.0.0.1;by=_edge',
  ]);
});

const CLAIMS = {
  Forwarded: "for=9.9.9.9",
  "X-Forwarded-For": "9.9.9.9",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "evil.test",
  "X-Forwarded-Port": "1",
  "X-Forwarded-Server": "x",
  "X-Forwarded-Prefix": "/x",
  "X-Real-IP": "9.9.9.9",
  X_Forwarded_For: "9.9.9.9",
};

it("drops every claim of a peer that is not trusted", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  await exchangeRaw(proxy.port, requestText("GET /", CLAIMS));
  const { fields } = upstream.calls[0]!;
  expect(fields.lines.map(([, value]) => value).join("\n")).not.toMatch(/9\.9\.9\.9|evil/);
  expect(fields.all("x-forwarded-for")).toEqual(["127.0.0.1"]);
  expect(fields.all("x-forwarded-proto")).toEqual(["http"]);
  expect(fields.names).not.toContain("x-real-ip");
  expect(proxy.rows[0]).toMatchObject({ clientAddress: "127.0.0.1", scheme: "http" });
});

it("believes a trusted one, and the row says who the client is", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: { forwarded: { trusted: ["127.0.0.0/8"], pseudonym: "edge" } },
  });
  const fields = {
    "X-Forwarded-For": "6.6.6.6, 192.0.2.7:99",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "api.test",
  };
  await exchangeRaw(proxy.port, requestText("GET /", fields));
  const { fields: got } = upstream.calls[0]!;
  expect(got.all("x-forwarded-for")).toEqual(["192.0.2.7, 127.0.0.1"]);
  expect(got.all("x-forwarded-proto")).toEqual(["https"]);
  expect(got.all("x-forwarded-host")).toEqual(["api.test"]);
  expect(got.all("via")).toEqual(["1.1 edge"]);
  expect(proxy.rows[0]).toMatchObject({
    clientAddress: "192.0.2.7",
    scheme: "https",
    host: "app.test",
  });
});
