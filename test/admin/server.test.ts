// The admin server over real HTTP, without a store: the UI's files, faults, limits and the end.
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { RELOADED, post, problemOf, startTestAdmin, temporaryFolder } from "./support/admin-kit.ts";
import { readPrometheus } from "./support/prometheus.ts";

const API = "/api/v1";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

test("health needs nothing; readiness says what is missing", async () => {
  const { url } = await startTestAdmin({ workers: () => 0 });
  expect(await (await fetch(`${url}/healthz?from=probe`)).json()).toEqual({ status: "ok" });
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({
    ready: false,
    reasons: ["no data worker listens", "the store is starting"],
    warnings: [],
  });
});

test("connections are kept longer than those who come through a load balancer keep them", async () => {
  const { url } = await startTestAdmin();
  const { headers } = await fetch(`${url}/healthz`);
  expect(headers.get("keep-alive")).toBe("timeout=75");
});

test("without a store, questions are refused with since when, and the rest answers", async () => {
  const store = {
    kind: "server",
    state: "down",
    sinceMs: 1000,
    error: "connection refused",
  } as const;
  const { url } = await startTestAdmin({ storeHealth: () => store });
  for (const path of ["query/overview", "requests", `traces/${TRACE}`]) {
    const response = await fetch(`${url}${API}/${path}`);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await problemOf(response)).toMatchObject({
      status: 503,
      code: "store_unavailable",
      detail: "connection refused",
      store: { state: "down", since: "1970-01-01T00:00:01.000Z" },
    });
  }
  expect(await problemOf(await post(`${url}${API}/sql`, { sql: "SELECT 1" }))).toMatchObject({
    status: 503,
    type: "application/problem+json",
  });
  for (const path of ["status", "services", "routes", "policy", "openapi.json"]) {
    expect((await fetch(`${url}${API}/${path}`)).status, path).toBe(200);
  }
  readPrometheus(await (await fetch(`${url}/metrics`)).text());
});

test.each([
  ["requests?nope=1", 400, "bad_parameter", "nope"],
  ["requests?limit=0", 400, "bad_parameter", "limit"],
  ["requests?limit=1001", 400, "bad_parameter", "limit"],
  ["requests?status=4o4", 400, "bad_parameter", "status"],
  ["requests?status_class=6xx", 400, "bad_parameter", "status_class"],
  ["requests?since=yesterday", 400, "bad_parameter", "since"],
  ["requests?since=1h&until=2h", 400, "bad_parameter", "until"],
  ["requests?route=a&route=b", 400, "bad_parameter", "route"],
  ["requests?decision=maybe", 400, "bad_parameter", "decision"],
  ["requests?method=", 400, "bad_parameter", "method"],
  ["traces/%zz", 400, "bad_parameter", undefined],
  ["query/%c3", 400, "bad_parameter", undefined],
  ["requests?trace_id=xyz", 400, "bad_parameter", "trace_id"],
  ["requests?min_duration_ms=-1", 400, "bad_parameter", "min_duration_ms"],
  ["requests/stream?decision=maybe", 400, "bad_parameter", "decision"],
  ["query/overview?limit=5", 400, "bad_parameter", "limit"],
  ["query/callers?limit=many", 400, "bad_parameter", "limit"],
  ["query/callers?limit=0", 400, "bad_parameter", "limit"],
  ["query/callers?limit=10001", 400, "bad_parameter", "limit"],
  ["query/upstreams?principal=x", 400, "bad_parameter", "principal"],
  ["query/routes?nonsense=1", 400, "bad_parameter", "nonsense"],
  ["query/routes?route=a&route=b", 400, "bad_parameter", "route"],
  ["query/nope", 404, "unknown_panel", undefined],
  ["query/__proto__", 404, "unknown_panel", undefined],
  ["traces/zz", 400, "bad_parameter", "id"],
  ["nope", 404, "not_found", undefined],
  ["", 404, "not_found", undefined],
])("%s is %i %s", async (path, ...[status, code, parameter]) => {
  const { url } = await startTestAdmin();
  expect(await problemOf(await fetch(`${url}${API}/${path}`))).toMatchObject({
    type: "application/problem+json",
    status,
    code,
    ...(parameter === undefined ? {} : { parameter }),
  });
});

test("bodies: only JSON, only what is known, only so long", async () => {
  const { url } = await startTestAdmin();
  const sql = `${url}${API}/sql`;
  const send = async (body: string, type: string): Promise<unknown> => {
    const response = await fetch(sql, { method: "POST", body, headers: { "content-type": type } });
    return (await problemOf(response))["code"];
  };
  expect(await send('{"sql":"SELECT 1"}', "text/plain")).toBe("unsupported_type");
  expect(await send("sql=SELECT+1", "application/x-www-form-urlencoded")).toBe("unsupported_type");
  expect(await send("{", "application/json")).toBe("bad_body");
  expect(await send("{}", "application/json")).toBe("bad_body");
  expect(await send('{"sql":"SELECT 1","x":1}', "application/json")).toBe("bad_body");
  const words = async (body: unknown) => (await problemOf(await post(sql, body)))["detail"];
  const statement = "must be a statement, such as SELECT count() FROM requests";
  for (const blank of ["", "  \n\t"]) expect(await words({ sql: blank })).toBe(`sql: ${statement}`);
  expect(await words({})).toBe("sql: is missing");
  expect(await words({ sql: 1 })).toBe("sql: must be text");
  expect(await words({ sql: "x".repeat(70_000) })).toBe(
    "sql: must be at most 65536 characters long",
  );
  expect(await words([])).toBe("must be a mapping of names to values");
  expect(await send(JSON.stringify({ sql: "x".repeat(70_000) }), "application/json")).toBe(
    "bad_body",
  );
  expect(await send(JSON.stringify({ sql: "x".repeat(300_000) }), "application/json")).toBe(
    "body_too_large",
  );
});

test("other methods are told what is possible", async () => {
  const { url } = await startTestAdmin();
  const deleted = await fetch(`${url}${API}/status`, { method: "DELETE" });
  expect([deleted.status, deleted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const got = await fetch(`${url}${API}/reload`);
  expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
  expect((await fetch(`${url}${API}/status`, { method: "HEAD" })).status).toBe(200);
});

test("every endpoint but health asks for the token, whatever the path's spelling", async () => {
  const { url } = await startTestAdmin({ token: "s3cret" });
  const document = (await (await fetch(`${url}${API}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const away = { "x-forwarded-for": "203.0.113.9" };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const spelled of [path, `${path}/`]) {
      const [method = ""] = Object.keys(methods);
      const response = await fetch(url + spelled, { method: method.toUpperCase(), headers: away });
      expect(response.status, spelled).toBe(path === "/healthz" ? 200 : 401);
      await response.body?.cancel();
    }
  }
  const refused = await fetch(`${url}/metrics`, { headers: away });
  expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer /);
  const allowed = { ...away, authorization: "Bearer s3cret" };
  expect((await fetch(`${url}/metrics`, { headers: allowed })).status).toBe(200);
});

test("a rebound name gets nothing", async () => {
  const { address } = await startTestAdmin();
  const status = await new Promise((resolve, reject) => {
    const { host, port } = address;
    const headers = { host: "evil.example" };
    request({ host, port, path: `${API}/status`, headers }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on("error", reject)
      .end();
  });
  expect(status).toBe(421);
});

test("a refused reload is 422 with every fault", async () => {
  const fault = "weir.yaml:3: routes[0].path: must begin with /";
  const refused = { ...RELOADED, atMs: 1000, ok: false, fault };
  const { url } = await startTestAdmin({ reload: () => Promise.resolve(refused) });
  expect(await problemOf(await fetch(`${url}${API}/reload`, { method: "POST" }))).toMatchObject({
    status: 422,
    code: "reload_refused",
    at: "1970-01-01T00:00:01.000Z",
    ok: false,
    fault,
    shadow_fault: null,
    tls_fault: null,
    restart: [],
  });
});

test("a failure of ours says nothing but where to look", async () => {
  const { url } = await startTestAdmin({
    services: () => {
      throw new Error("secret detail");
    },
  });
  const response = await fetch(`${url}${API}/services`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
});

test("the UI's files: the page fresh, hashed files for ever, any other path the page", async () => {
  const ui = temporaryFolder();
  mkdirSync(join(ui, "assets"));
  writeFileSync(join(ui, "index.html"), "<p>the page");
  writeFileSync(join(ui, "assets", "index-abc123.js"), "1;");
  writeFileSync(join(ui, ".hidden"), "secret");
  const { url } = await startTestAdmin({ ui });
  for (const path of ["/", "/requests/deep", "/apiary"]) {
    const page = await fetch(url + path);
    expect([page.status, page.headers.get("cache-control"), await page.text()], path).toEqual([
      200,
      "no-cache",
      "<p>the page",
    ]);
    expect(page.headers.get("content-security-policy")).toMatch(
      /script-src 'self'.*frame-ancestors 'none'/,
    );
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("x-powered-by")).toBeNull();
  }
  const asset = await fetch(`${url}/assets/index-abc123.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-type")).toMatch(/javascript/);
  expect((await fetch(`${url}/assets/gone.js`)).status).toBe(404);
  expect(await (await fetch(`${url}/.hidden`)).text()).not.toContain("secret");
  expect(await (await fetch(`${url}/..%2f..%2fetc%2fpasswd`)).text()).not.toContain("root:");
});

test("the UI's files in the form the browser takes", async () => {
  const ui = temporaryFolder();
  mkdirSync(join(ui, "assets"));
  const forms = {
    "a-1.js": "1;",
    "a-1.js.br": brotliCompressSync("1;"),
    "a-1.js.gz": gzipSync("1;"),
  };
  for (const [name, bytes] of Object.entries(forms)) writeFileSync(join(ui, "assets", name), bytes);
  writeFileSync(join(ui, "assets", "b-2.css"), "p {}");
  const { url } = await startTestAdmin({ ui });
  for (const [path, accepted, coding] of [
    ["a-1.js", "gzip, deflate, br, zstd", "br"],
    ["a-1.js?v", "gzip, br;q=0", "gzip"],
    ["a-1.js", "identity", null],
    ["b-2.css", "gzip, br", null],
  ] as const) {
    const answer = await fetch(`${url}/assets/${path}`, {
      headers: { "accept-encoding": accepted },
    });
    expect(answer.headers.get("content-encoding"), accepted).toBe(coding);
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    expect(answer.headers.get("cache-control")).toMatch(/immutable/);
    expect(answer.headers.get("content-type")).toMatch(/^text\/(javascript|css); charset=utf-8$/);
    expect(await answer.text()).toBe(path.startsWith("a") ? "1;" : "p {}");
  }
});

test("a missing UI says how to get it, and shows once it is built", async () => {
  const ui = temporaryFolder();
  const { url } = await startTestAdmin({ ui });
  const missing = await fetch(url);
  expect(missing.status).toBe(200);
  expect(await missing.text()).toContain("npm run build:ui");
  writeFileSync(join(ui, "index.html"), "<p>built");
  expect(await (await fetch(url)).text()).toBe("<p>built");
});

test("close ends live tails at once", async () => {
  const admin = await startTestAdmin();
  const tail = await fetch(`${admin.url}${API}/requests/stream`);
  expect(tail.headers.get("content-type")).toMatch(/^text\/event-stream/);
  await admin.close();
  expect(await tail.text()).toBe(": weir\n\n");
});

test("a taken port is an error", async () => {
  const { address } = await startTestAdmin();
  await expect(startTestAdmin({ listen: address })).rejects.toThrow(/EADDRINUSE/);
});
