// The config of `weir run --upstream URL`.
import { expect, test } from "vitest";
import { upstreamConfig } from "../../src/config/upstream-config.ts";

test("sends everything to one service, anonymous and without policy", () => {
  const result = upstreamConfig("http://127.0.0.1:3000", { listen: "127.0.0.1:0", workers: 2 });
  expect(result).toMatchObject({
    ok: true,
    files: [],
    config: {
      listen: { http: { host: "127.0.0.1", port: 0 } },
      workers: 2,
      services: { upstream: { endpoints: [{ url: "http://127.0.0.1:3000", weight: 1 }] } },
      routes: [{ match: { host: "*", path: "/**" }, service: "upstream", authenticate: [] }],
      policy: null,
    },
  });
});

test.each([
  ["127.0.0.1:3000", "services.upstream.endpoints[0]"],
  ["http://127.0.0.1:3000/api", "services.upstream.endpoints[0]"],
  ["", "services.upstream.endpoints[0]"],
])("says what is wrong with %j", (url, keyPath) => {
  const message = "must be http(s)://HOST:PORT with no path, user or query";
  const faults = [{ file: "--upstream", line: 1, keyPath, message }];
  expect(upstreamConfig(url)).toEqual({ ok: false, faults });
});

test("says what is wrong with an override", () => {
  const result = upstreamConfig("http://a:1", { workers: 0, listen: "nowhere" });
  const paths = result.ok ? [] : result.faults.map((fault) => fault.keyPath);
  expect(paths).toEqual(["listen.http", "workers"]);
});
