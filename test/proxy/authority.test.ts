// Every spelling of a host is one host: for routes, the policy, the upstream and the row.
import { expect, it } from "vitest";
import { normalAuthority } from "../../src/proxy/authority.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";
import { model } from "../policy/support.ts";

it.each([
  ["A.test:8080", "a.test:8080"],
  ["a.test.:8080", "a.test:8080"],
  ["a.test:", "a.test"],
  ["a.test:080", "a.test:80"],
  ["[::0001]:8080", "[::1]:8080"],
  ["[::1]", "[::1]"],
])("%s -> %s", (sent, normal) => {
  expect(normalAuthority(sent)).toBe(normal);
  expect(normalAuthority(normal)).toBe(normal);
});

it.each([
  "a:65536",
  "a:0",
  "a:1:2",
  "a:x",
  ":80",
  "::1",
  "[::1]x",
  "[::1",
  "a.test.:8080x",
  "u@a",
  "a/b",
])("no authority: %s", (sent) => expect(normalAuthority(sent)).toBeNull());

const SPELLINGS = [
  "admin.test",
  "ADMIN.test",
  "admin.test.",
  "admin.test:80",
  "admin.test:8080",
  "Admin.Test.:9",
];

it.each(SPELLINGS)("%s goes by admin.test's route", async (host) => {
  await using upstream = await startUpstream(answerOk);
  const route = { name: "admin", service: "app", match: { host: "Admin.test." } };
  const other = { name: "other", service: "app" };
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: { routes: [route, other] },
    policy: {
      model: model({
        request: "host",
        policy: "host",
        roles: "",
        matcher: "r.host == p.host",
      }).replace(/e = .*/, "e = some(where (p.eft == allow))"),
      rules: "p, admin.test\n",
    },
    request: ["request.host"],
  });
  expect((await exchangeRaw(proxy.port, requestText("GET /", { Host: host }))).status).toBe(200);
  const normal = normalAuthority(host);
  expect(proxy.rows[0]).toMatchObject({
    route: "admin",
    host: normal,
    policyRequest: ["admin.test"],
  });
  expect(upstream.calls[0]!.fields.all("host")).toEqual([normal]);
  const target = `GET http://${host}/`;
  await exchangeRaw(proxy.port, requestText(target, { Host: "x.test" }));
  expect(proxy.rows[1]).toMatchObject({ route: "admin", host: normal });
});

it("an IPv6 address is matched in every spelling", async () => {
  await using upstream = await startUpstream(answerOk);
  const route = { name: "six", service: "app", match: { host: "[2001:DB8::0:1]" } };
  await using proxy = await startProxy({ upstreams: [upstream.url], config: { routes: [route] } });
  using client = await connectRaw(proxy.port);
  for (const host of ["[2001:db8::1]", "[2001:0DB8:0:0::1]:8080"]) {
    client.send(requestText("GET /", { Host: host }));
    expect((await client.response()).status).toBe(200);
  }
  expect(proxy.rows.map((row) => row.route)).toEqual(["six", "six"]);
});
