// What a request tells and its row must not: parts of paths, and the fields that the config protects.
import { expect, it } from "vitest";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECRET = "S3cr3t";
const POLICY = {
  model: `[request_definition]\nr = sub, path, referer\n[policy_definition]\np = path\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = keyMatch(r.path, p.path)\n`,
  rules: "p, /*\n",
};
const REQUEST = ["identity.subject", "request.path", "request.header.referer"];

const spellings = [
  `/reset/${SECRET}`,
  `/reset/${SECRET}/confirm?token=${SECRET}`,
  `//reset/./${SECRET}`,
  `/x/../reset/${SECRET}`,
  `/r%65set/${SECRET}`,
  `/RESET/${SECRET}`,
  `http://app.example/reset/${SECRET}`,
];

it.each(spellings)("a secret part of %s is in no row, however it is decided", async (target) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: POLICY,
    request: REQUEST,
    config: {
      telemetry: { headers: ["referer"], redact: { path: ["/reset/:token"] } },
      routes: [
        { name: "reset", service: "app", match: { path: "/reset/:t" }, rewrite: "/in/:t/side" },
        { name: "all", service: "app" },
      ],
    },
  });
  const referer = `http://u:${SECRET}@app.example${target.replace(/^http:\/\/[^/]*/, "")}#${SECRET}`;
  await exchangeRaw(proxy.port, requestText(`GET ${target}`, { Referer: referer }));
  const row = await proxy.row(0);
  expect(JSON.stringify(row)).not.toContain(SECRET);
  // What answers 400 is no path at all.
  if (row.status === 400) return;
  expect(row.path).toMatch(/^\/reset\/-/i);
  expect(row.policyReplay).toBe("redacted");
  expect(upstream.calls[0]?.target).toContain(SECRET);
});

it("a route that rewrites says the secret of its path nowhere", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: {
      telemetry: { redact: { path: ["/reset/:token"] } },
      routes: [
        { name: "reset", service: "app", match: { path: "/reset/:t" }, rewrite: "/in/:t/side" },
      ],
    },
  });
  await exchangeRaw(proxy.port, requestText(`GET /reset/${SECRET}`));
  expect((await proxy.row(0)).attributes).toEqual(["weir.upstream_path", "/in/-/side"]);
});

const PROTECT = {
  key: KEY,
  encrypt: ["client_address", "path", "query", "user_agent", "headers.referer"],
  hash: ["principal"],
};

it("protected fields are nowhere in the row, and the upstream still gets all", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: POLICY,
    request: REQUEST,
    config: {
      telemetry: { headers: ["referer"], protect: PROTECT },
      identity: { keys: [{ key: "k-1", subject: "alice-S3cr3t" }] },
      forwarded: { trusted: ["127.0.0.1"] },
      routes: [{ name: "all", service: "app", authenticate: ["key"], rewrite: "/in/**" }],
    },
  });
  const ask = (fields: Record<string, string>): Promise<unknown> =>
    exchangeRaw(proxy.port, requestText(`GET /a/${SECRET}?b=${SECRET}`, fields));
  const told = { Referer: SECRET, "User-Agent": SECRET, "X-Forwarded-For": "203.0.113.77" };
  await ask({ ...told, "x-api-key": "k-1" });
  await ask({ ...told, "x-api-key": "k-1" });
  await ask({ ...told, "x-api-key": "wrong" });
  await exchangeRaw(proxy.port, `BAD ${SECRET}\r\n\r\n`);
  const rows = await Promise.all([0, 1, 2, 3].map((nth) => proxy.row(nth)));
  const text = JSON.stringify(rows);
  for (const secret of [SECRET, "203.0.113.77", "127.0.0.1"]) {
    expect(text.replaceAll(/"127\.0\.0\.1:\d+"|http:\/\/127\.0\.0\.1:\d+/g, "")).not.toContain(
      secret,
    );
  }
  expect(rows.map(({ status }) => status)).toEqual([200, 200, 401, 505]);
  const [one, two, , malformed] = rows.map(({ identity, clientAddress, policyRequest }) => ({
    subject: identity.subject,
    clientAddress,
    policyRequest,
  }));
  const encrypted = expect.stringMatching(/^enc:v1:/);
  expect(one).toEqual({
    subject: expect.stringMatching(/^hash:v1:/),
    clientAddress: encrypted,
    policyRequest: ["-", "-", "-"],
  });
  expect(two).toMatchObject({ subject: one!.subject, clientAddress: encrypted });
  expect(two!.clientAddress).not.toBe(one!.clientAddress);
  expect(malformed).toMatchObject({ clientAddress: encrypted });
  const call = await upstream.call(0);
  expect(call.target).toBe(`/in/a/${SECRET}?b=${SECRET}`);
  expect(JSON.stringify(call.fields)).toContain("alice-S3cr3t");
});

it("what a swap protects is protected from the next request on", async () => {
  await using upstream = await startUpstream(answerOk);
  const setup = (telemetry: object) => ({ upstreams: [upstream.url], config: { telemetry } });
  await using proxy = await startProxy(setup({}));
  await exchangeRaw(proxy.port, requestText("GET /a"));
  await proxy.swap(setup({ protect: { key: KEY, hash: ["path"] } }));
  await exchangeRaw(proxy.port, requestText("GET /a"));
  await proxy.row(1);
  expect(proxy.rows.map(({ path }) => path)).toEqual(["/a", expect.stringMatching(/^hash:v1:/)]);
});
