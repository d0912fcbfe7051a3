// Which route takes a request, and what it changes on the way.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import type { RouteOptions } from "../../src/proxy/options.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { compileRoutes, rewritePath } from "../../src/proxy/route-table.ts";
import { model } from "../policy/support.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";
import { ALLOWED_SETS, spellingWith } from "./support/path-readings.ts";

type Match = Partial<RouteOptions["match"]>;

function routeOf(name: string, match: Match, rewrite: string | null = null): RouteOptions {
  const edit = { set: {}, remove: [] };
  return {
    name,
    match: { host: "*", path: "/**", methods: [], headers: {}, ...match },
    service: "app",
    authenticate: [],
    pass_credentials: false,
    rewrite,
    request_headers: edit,
    response_headers: edit,
    timeouts: { connect_ms: 0, header_ms: 0, idle_ms: 0, min_bytes_per_second: 0, total_ms: 0 },
  };
}

/** The name of the route a request falls to; "-" for none. */
function pick(
  routes: Readonly<Record<string, Match>>,
  line: string,
  fields: readonly string[] = [],
): string {
  const table = compileRoutes(Object.entries(routes).map(([name, match]) => routeOf(name, match)));
  const [method = "", host = "", path = ""] = line.split(" ");
  return table({ host, path, method, headers: new HeaderList(fields) })?.route.options.name ?? "-";
}

describe("path", () => {
  const routes = {
    root: { path: "/" },
    orders: { path: "/orders" },
    slash: { path: "/orders/" },
    one: { path: "/orders/:id" },
    mine: { path: "/orders/mine" },
    items: { path: "/orders/:id/items" },
    star: { path: "/files/*/raw" },
    deep: { path: "/files/**" },
    deeper: { path: "/files/a/**" },
    dead: { path: "/files/a/b/c/d" },
  };
  it.each([
    ["/", "root"],
    ["/orders", "orders"],
    ["/orders/", "slash"],
    ["/orders/7", "one"],
    ["/orders/mine", "mine"],
    ["/orders/7/", "-"],
    ["/orders/7/items", "items"],
    ["/orders/mine/items", "items"],
    ["/Orders", "-"],
    ["/files", "deep"],
    ["/files/", "deep"],
    ["/files/x", "deep"],
    ["/files/x/raw", "star"],
    ["/files/a", "deeper"],
    ["/files/a/raw", "deeper"],
    ["/files/a/b/c/e", "deeper"],
    ["/files/a/b/c/d", "dead"],
    ["/filesystem", "-"],
    ["/nothing", "-"],
    ["/__proto__", "-"],
    ["/orders/constructor", "one"],
  ])("%s -> %s", (path, name) => expect(pick(routes, `GET a ${path}`)).toBe(name));
});

describe("host", () => {
  const routes = {
    exact: { host: "api.example.org" },
    wide: { host: "*.example.org" },
    wider: { host: "*.org" },
    any: { host: "*", path: "/open" },
    upper: { host: "UPPER.test" },
  };
  it.each([
    ["api.example.org", "/", "exact"],
    ["www.example.org", "/", "wide"],
    ["a.b.example.org", "/", "wide"],
    ["example.org", "/", "wider"],
    ["other.test", "/", "-"],
    ["other.test", "/open", "any"],
    ["notexample.org", "/", "wider"],
    ["upper.test", "/", "upper"],
    ["api.example.org", "/open", "exact"],
  ])("%s %s -> %s", (host, path, name) => expect(pick(routes, `GET ${host} ${path}`)).toBe(name));
  it("falls back to a wider host where the closer has no such path", () => {
    expect(
      pick({ near: { host: "a.test", path: "/x" }, far: { path: "/**" } }, "GET a.test /y"),
    ).toBe("far");
  });
});

describe("method and fields", () => {
  const routes = {
    any: {},
    write: { methods: ["POST", "PUT"] },
    beta: { headers: { "x-beta": "*" } },
    gold: { headers: { "x-tier": "gold" } },
    both: { methods: ["POST"], headers: { "x-beta": "*" } },
  };
  it.each([
    ["GET", [], "any"],
    ["PUT", [], "write"],
    ["GET", ["X-Beta", "0"], "beta"],
    ["GET", ["X-Tier", "gold"], "gold"],
    ["GET", ["X-Tier", "Gold"], "any"],
    ["POST", ["X-Beta", ""], "both"],
    ["GET", ["X-Tier", "gold", "X-Tier", "silver"], "any"],
  ])("%s %s -> %s", (method, fields, name) =>
    expect(pick(routes, `${method} a /`, fields)).toBe(name),
  );
  it("a literal path without the method gives way to a wider path", () => {
    expect(pick({ near: { path: "/x", methods: ["POST"] }, far: {} }, "GET a /x")).toBe("far");
  });
});

it.each([
  ["/v1/:id/**", "/v2/:id/**", "/v1/7/a/b", "/v2/7/a/b"],
  ["/v1/:id/**", "/v2/:id/**", "/v1/7", "/v2/7/"],
  ["/api/**", "/**", "/api/x", "/x"],
  ["/api/**", "/**", "/api", "/"],
  ["/:a/:b", "/:b/:a", "/1/2", "/2/1"],
  ["/old", "/new", "/old", "/new"],
  ["/**", "/b/**", "*", "*"],
  ["/a/**", "/b/**", "/a/x%2520y/", "/b/x%2520y/"],
])("rewrite %s to %s: %s -> %s", (...[path, rewrite, from, to]) => {
  const match = compileRoutes([routeOf("r", { path }, rewrite)])({
    host: "a",
    path: from,
    method: "GET",
    headers: new HeaderList([]),
  });
  expect(rewritePath(match!, from)).toBe(to);
});

it("routes by host without port and case, edits fields both ways, and rewrites; the row keeps what was asked", async () => {
  await using upstream = await startUpstream((call) =>
    call.reply(
      "HTTP/1.1 200 OK\r\nServer: secret\r\nX-Powered-By: x\r\nContent-Length: 2\r\n\r\nok",
    ),
  );
  const route = {
    name: "api",
    service: "app",
    match: { host: "api.test", path: "/v1/:id/**" },
    rewrite: "/internal/:id/**",
    request_headers: {
      set: { "X-From": "weir", host: "inner.test", "X-Forwarded-Host": "fixed.test" },
      remove: ["Cookie"],
    },
    response_headers: {
      set: { Server: "weir", "X-Frame-Options": "DENY" },
      remove: ["X-Powered-By"],
    },
  };
  await using proxy = await startProxy({ upstreams: [upstream.url], config: { routes: [route] } });
  const response = await exchangeRaw(
    proxy.port,
    requestText("GET /v1/7/x?q=1", { Host: "API.Test:8080", Cookie: "a=1", "x-from": "client" }),
  );
  expect(response.fields.all("server")).toEqual(["weir"]);
  expect(response.fields.get("x-frame-options")).toBe("DENY");
  expect(response.fields.names).not.toContain("x-powered-by");
  const { fields, target } = upstream.calls[0]!;
  expect(target).toBe("/internal/7/x?q=1");
  expect(fields.all("x-from")).toEqual(["weir"]);
  expect(fields.all("host")).toEqual(["inner.test"]);
  expect(fields.all("x-forwarded-host")).toEqual(["fixed.test"]);
  expect(fields.names).not.toContain("cookie");
  expect(proxy.rows[0]).toMatchObject({
    host: "api.test:8080",
    path: "/v1/7/x",
    attributes: ["weir.upstream_path", "/internal/7/x"],
    query: "q=1",
    route: "api",
    service: "app",
  });
  const missing = await exchangeRaw(proxy.port, requestText("GET /v2", { Host: "api.test" }));
  expect(missing.status).toBe(404);
  expect(JSON.parse(missing.text)).toMatchObject({ code: "no_route" });
  expect(proxy.rows[1]).toMatchObject({
    status: 404,
    errorCode: "no_route",
    route: "",
    completed: true,
  });
});

it.each(ALLOWED_SETS)(
  "with %j allowed a rewritten path is its own normal form, whatever took the place of its parameters",
  (allowed) => {
    const rewrites = ["/**", "/:b/:a/**", "/x/:a", "/:a/", "/x/**"];
    const tables = rewrites.map((rewrite) =>
      compileRoutes([routeOf("r", { path: "/:a/:b/**" }, rewrite)]),
    );
    const property = fc.property(spellingWith(allowed), ({ normal }) => {
      for (const table of tables) {
        const query = { host: "a", path: normal, method: "GET", headers: new HeaderList([]) };
        const match = table(query);
        if (match === null) continue;
        const rewritten = rewritePath(match, normal);
        expect(readTarget(rewritten, "GET", allowed).path).toBe(rewritten);
      }
    });
    fc.assert(property);
  },
);

it("the policy decides on the path that was asked for, the upstream gets the rewritten one", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: { routes: [{ name: "a", service: "app", match: { path: "/a/**" }, rewrite: "/b/**" }] },
    policy: {
      model: model({
        request: "obj",
        policy: "obj, eft",
        roles: "",
        matcher: "keyMatch(r.obj, p.obj)",
      }),
      rules: "p, /a/*, allow\np, /b/*, deny\np, /a/no, deny\n",
    },
    request: ["request.path"],
  });
  for (const [target, status] of [
    ["/a/x", 200],
    ["/x/%2e%2e/a//%78", 200],
    ["/a/./no", 403],
  ] as const) {
    expect((await exchangeRaw(proxy.port, requestText(`GET ${target}`))).status).toBe(status);
  }
  expect(upstream.calls.map(({ target }) => target)).toEqual(["/b/x", "/b/x"]);
  expect(proxy.rows.map(({ path, policyRequest }) => [path, policyRequest[0]])).toEqual(
    ["/a/x", "/a/x", "/a/no"].map((path) => [path, path]),
  );
});

it("no field of the client's names the upstream another path", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const names = [
    "X-Original-URL",
    "X-Rewrite-Url",
    "x_original_uri",
    "X-Forwarded-Uri",
    "X-Forwarded-Path",
    "X-Forwarded-Prefix",
  ];
  const fields = Object.fromEntries(names.map((name) => [name, "/admin"]));
  await exchangeRaw(proxy.port, requestText("GET /open", fields));
  expect(upstream.calls[0]!.fields.lines.flat()).not.toContain("/admin");
});

it("OPTIONS * reaches the upstream as it is", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  await exchangeRaw(proxy.port, requestText("OPTIONS *"));
  expect(upstream.calls[0]).toMatchObject({ method: "OPTIONS", target: "*" });
});
