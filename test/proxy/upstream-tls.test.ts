// TLS to upstreams: whom weir trusts and shows its certificate to, and what the row says of each way to fail.
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { type ProxySetup, startProxy, type TestProxy } from "../support/proxy.ts";
import { requestText, UPGRADE } from "../support/raw-client.ts";
import { SWITCHING } from "../support/raw-upstream.ts";

let authority: Authority;
let stranger: Authority;
let crl: string;
const pairs: Record<string, Pair> = {};

const ISSUES = {
  good: { san: "DNS:orders.test,IP:127.0.0.1" },
  other: { san: "DNS:other.test" },
  expired: { san: "IP:127.0.0.1", expired: true },
  revoked: { san: "IP:127.0.0.1" },
  spiffe: { san: "URI:spiffe://weir.test/orders" },
  twoIds: { san: "URI:spiffe://weir.test/orders,URI:spiffe://weir.test/billing" },
  hiddenId: { san: "@alt\n[alt]\nURI.1=urn:x, URI:spiffe://weir.test/orders" },
  forClients: { san: "IP:127.0.0.1", ext: "extendedKeyUsage=clientAuth" },
  weir: { cn: "weir" },
} as const;

beforeAll(() => {
  authority = createAuthority("Services CA");
  stranger = createAuthority("Another CA");
  for (const [name, issue] of Object.entries(ISSUES)) pairs[name] = authority.issue(name, issue);
  pairs["foreign"] = stranger.issue("foreign", { san: "IP:127.0.0.1" });
  crl = authority.revoke(pairs["revoked"]!);
});
afterAll(() => {
  authority[Symbol.dispose]();
  stranger[Symbol.dispose]();
});

interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  /** What each connection began with: the client's name, whether it was resumed, and the name asked for. */
  readonly seen: { client: string; resumed: boolean; asked: unknown }[];
}

function materialOf({ cert, key }: Pair): ServerOptions {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

async function serve(
  name: string,
  options: ServerOptions = {},
  answer = (_: IncomingMessage, reply: ServerResponse): void => void reply.end("hello"),
): Promise<Upstream> {
  const server = createServer({ ...materialOf(pairs[name]!), ...options }, answer);
  const sockets = new Set<Socket>();
  const seen: Upstream["seen"] = [];
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("secureConnection", (socket: TLSSocket) => {
    const { subject } = socket.getPeerCertificate();
    seen.push({
      client: String(subject?.CN ?? ""),
      resumed: socket.isSessionReused(),
      asked: socket.servername,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function setup(endpoints: string | readonly string[], tls: Record<string, unknown>): ProxySetup {
  const services = {
    app: {
      endpoints: [endpoints].flat(),
      balance: "round-robin",
      tls: { ca: authority.ca, ...tls },
    },
  };
  return { config: { services, timeouts: { connect_ms: 60_000 } } };
}

const get = ({ port }: TestProxy, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/`, init);

const own = (): Record<string, unknown> => ({ ...pairs["weir"] });

describe("trusted", () => {
  test.each([
    { name: "good", tls: {} },
    { name: "good", tls: { server_name: "Orders.test" }, asked: "orders.test" },
    { name: "good", tls: { min_version: "1.3" } },
    { name: "good", tls: { crl: true } },
    { name: "spiffe", tls: { server_id: "spiffe://weir.test/orders" } },
    {
      name: "spiffe",
      tls: { server_id: "spiffe://weir.test/orders", server_name: "x.test" },
      asked: "x.test",
    },
  ])("$name by $tls", async ({ name, tls, asked = false }) => {
    await using upstream = await serve(name);
    await using proxy = await startProxy(
      setup(upstream.url, { ...tls, ...("crl" in tls && { crl }) }),
    );
    const reply = await get(proxy);
    expect([reply.status, await reply.text()]).toEqual([200, "hello"]);
    expect(upstream.seen).toEqual([{ client: "", resumed: false, asked }]);
    expect(proxy.rows[0]?.attempts).toMatchObject([{ error: "", status: 200 }]);
  });
});

const UNTRUSTED = "upstream_certificate_untrusted";
const MISMATCH = "upstream_certificate_mismatch";

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (version) => {
  test.each([
    { name: "foreign", tls: {}, code: UNTRUSTED, says: /UNABLE_TO_|issuer/ },
    { name: "expired", tls: {}, code: "upstream_certificate_expired", says: /expired/ },
    { name: "revoked", tls: { crl: true }, code: "upstream_certificate_revoked", says: /revoked/ },
    { name: "forClients", tls: {}, code: UNTRUSTED, says: /INVALID_PURPOSE/ },
    { name: "other", tls: {}, code: MISMATCH, says: /127\.0\.0\.1/ },
    {
      name: "good",
      tls: { server_name: "a.orders.test" },
      code: MISMATCH,
      says: /a\.orders\.test/,
    },
    { name: "spiffe", tls: {}, code: MISMATCH, says: /127\.0\.0\.1/ },
    {
      name: "spiffe",
      tls: { server_id: "spiffe://weir.test/billing" },
      code: MISMATCH,
      says: /for spiffe:\/\/weir\.test\/orders, not for spiffe:\/\/weir\.test\/billing/,
    },
    {
      name: "good",
      tls: { server_id: "spiffe://weir.test/orders" },
      code: MISMATCH,
      says: /no URI/,
    },
    {
      name: "twoIds",
      tls: { server_id: "spiffe://weir.test/orders" },
      code: MISMATCH,
      says: / and /,
    },
    {
      name: "hiddenId",
      tls: { server_id: "spiffe://weir.test/orders" },
      code: MISMATCH,
      says: /urn:x/,
    },
  ])("$name by $tls: 502 $code, nothing sent", async ({ name, tls, code, says }) => {
    let requests = 0;
    await using upstream = await serve(
      name,
      { minVersion: version, maxVersion: version },
      (_, reply) => (requests++, void reply.end()),
    );
    const given = { ...tls, ...("crl" in tls && { crl }) };
    await using proxy = await startProxy(setup(upstream.url, given));
    const reply = await get(proxy, { method: "POST", body: "x" });
    expect(reply.status).toBe(502);
    expect(await reply.json()).toMatchObject({ code });
    const row = await proxy.row(0);
    expect(row).toMatchObject({ errorCode: code, errorSource: "upstream", upstream: upstream.url });
    expect(row.fault).toMatch(says);
    expect(row.attempts).toMatchObject([{ error: code, status: 0 }]);
    await get(proxy);
    const said = proxy.log.filter((line) => line.includes("upstream_tls_failed"));
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0]!)).toMatchObject({ upstream: upstream.url, code, cause: row.fault });
    expect(requests).toBe(0);
  });

  test("asked for a certificate, weir shows its own", async () => {
    const asking = {
      requestCert: true,
      ca: readFileSync(authority.ca),
      minVersion: version,
      maxVersion: version,
    };
    await using upstream = await serve("good", asking);
    await using proxy = await startProxy(setup(upstream.url, own()));
    expect((await get(proxy)).status).toBe(200);
    expect(upstream.seen[0]?.client).toBe("weir");
  });

  test("without a certificate, or with another's, the upstream refuses weir, and says so", async () => {
    await using upstream = await serveStrictly(version);
    for (const tls of [{}, { ...pairs["foreign"] }]) {
      await using refused = await startProxy(setup(upstream.url, tls));
      const reply = await get(refused, { method: "POST", body: "x" });
      expect(await reply.json()).toMatchObject({ code: "upstream_tls" });
      expect(refused.rows[0]?.fault).toMatch(
        /^TLS handshake: .*(certificate|unknown ca|handshake)/,
      );
    }
    await using proxy = await startProxy(setup(upstream.url, own()));
    expect((await get(proxy)).status).toBe(200);
  });

  test("a second connection resumes the first, with the same certificate of weir's", async () => {
    const asking = { requestCert: true, ca: readFileSync(authority.ca) };
    await using upstream = await serve("good", {
      ...asking,
      minVersion: version,
      maxVersion: version,
      keepAliveTimeout: 1,
    });
    await using proxy = await startProxy(setup(upstream.url, own()));
    for (let nth = 0; nth < 3; nth++) {
      const reply = await get(proxy, { headers: { connection: "close" } });
      await reply.text();
      upstream.server.closeIdleConnections();
      await expect.poll(() => upstream.seen.length).toBe(nth + 1);
    }
    expect(upstream.seen).toEqual([
      { client: "weir", resumed: false, asked: false },
      { client: "weir", resumed: true, asked: false },
      { client: "weir", resumed: true, asked: false },
    ]);
  });
});

const LEFT_MS = 50_000;

/**
 * For weir's clocks, the certificate "good" has LEFT_MS to live, and then none: the endpoint shows one that has expired,
 * and would resume what was verified before.
 */
function nearTheEnd({ server }: Upstream, options: ServerOptions): () => void {
  const { validTo } = new X509Certificate(readFileSync(pairs["good"]!.cert));
  const wallMs = Date.now;
  const nowMs = performance.now.bind(performance);
  const aheadMs = Date.parse(validTo) - LEFT_MS - wallMs();
  let goneMs = 0;
  const spies = [
    vi.spyOn(Date, "now").mockImplementation(() => wallMs() + aheadMs + goneMs),
    vi.spyOn(performance, "now").mockImplementation(() => nowMs() + goneMs),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () => {
    const tickets = server.getTicketKeys();
    server.setSecureContext({ ...options, ...materialOf(pairs["expired"]!) });
    server.setTicketKeys(tickets);
    goneMs = LEFT_MS;
  };
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "%s: nothing outlives the certificate",
  (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const EXPIRED = "upstream_certificate_expired";

    test.each([
      ["a kept connection", {}, [false]],
      ["a resumed one", { keepAliveTimeout: 1 }, [false, true]],
    ])("%s", async (_, options, resumed) => {
      await using upstream = await serve("good", { ...versions, ...options });
      const end = nearTheEnd(upstream, versions);
      await using proxy = await startProxy(setup(upstream.url, {}));
      for (const _each of resumed) {
        expect((await get(proxy)).status).toBe(200);
        if ("keepAliveTimeout" in options) upstream.server.closeIdleConnections();
      }
      expect(upstream.seen.map((each) => each.resumed)).toEqual(resumed);
      end();
      await expect.poll(async () => (await get(proxy)).text()).toContain(EXPIRED);
    });

    test("a reply under way ends, its connection with it", async () => {
      let finish = (): void => undefined;
      await using upstream = await serve("good", versions, (_, reply) => {
        reply.write("begun");
        finish = () => reply.end(" and ended");
      });
      const end = nearTheEnd(upstream, versions);
      await using proxy = await startProxy(setup(upstream.url, {}));
      const reply = await get(proxy);
      end();
      // Until weir has looked at its connections.
      await new Promise((resolve) => setTimeout(resolve, 150));
      finish();
      expect(await reply.text()).toBe("begun and ended");
      expect(await (await get(proxy)).json()).toMatchObject({ code: EXPIRED });
    });
  },
);

test("one bad endpoint of two: the other answers, and the row tells of both", async () => {
  await using bad = await serve("expired");
  await using good = await serve("good");
  await using proxy = await startProxy(setup([bad.url, good.url], {}));
  for (let nth = 0; nth < 2; nth++) {
    expect((await get(proxy, { method: "POST", body: "x" })).status).toBe(200);
  }
  const retried = proxy.rows.find(({ attempts }) => attempts.length === 2);
  expect(retried?.attempts).toMatchObject([
    { upstream: bad.url, error: "upstream_certificate_expired" },
    { upstream: good.url, error: "", status: 200 },
  ]);
});

test("who only fails is left alone after a while", async () => {
  await using bad = await serve("expired");
  await using good = await serve("good");
  await using proxy = await startProxy(setup([bad.url, good.url], {}));
  const startedMs = performance.now();
  for (let nth = 0; nth < 40; nth++) expect((await get(proxy)).status).toBe(200);
  // An ejection ends after three quarters of a second at the earliest.
  const trials = Math.floor((performance.now() - startedMs) / 750);
  const tried = proxy.rows.filter(({ attempts }) => attempts.length === 2).length;
  expect(tried).toBeGreaterThan(0);
  expect(tried).toBeLessThan(15 + trials);
});

describe("closed without an alert, and without an answer: upstream_reset, and whether a certificate was asked for", () => {
  const destroy = (socket: Socket): void => void socket.destroy();
  const asking = { requestCert: true, rejectUnauthorized: false };
  const REFUSED = /; the endpoint asked for a client certificate, and may have refused weir's$/;
  const MISSING = /; the endpoint asked for a client certificate, and weir has none for it$/;
  const UNASKED = /^(?!.*certificate)/;

  test.each([
    {
      what: "refused",
      options: { requestCert: true },
      tls: () => pairs["foreign"],
      act: () => undefined,
      says: REFUSED,
    },
    { what: "missed", options: asking, tls: () => ({}), act: destroy, says: MISSING },
    { what: "not asked for", options: {}, tls: own, act: destroy, says: UNASKED },
    {
      what: "asked for, and then an answer has begun",
      options: asking,
      tls: own,
      act: (socket: Socket) => socket.write("HTTP/1.1 200", () => socket.destroy()),
      says: UNASKED,
    },
  ])("$what", async ({ options, tls, act, says }) => {
    await using upstream = await serve("good", { ca: readFileSync(authority.ca), ...options });
    upstream.server.on("secureConnection", act);
    await using proxy = await startProxy(setup(upstream.url, { ...tls() }));
    const reply = await get(proxy, { method: "POST", body: "x" });
    expect(await reply.json()).toMatchObject({ code: "upstream_reset" });
    expect((await proxy.row(0)).fault).toMatch(says);
  });

  test("refused when it resumes", async () => {
    await using upstream = await serve("good", asking, (_, reply) =>
      reply.setHeader("Connection", "close").end("hello"),
    );
    await using proxy = await startProxy(setup(upstream.url, own()));
    expect(await (await get(proxy)).text()).toBe("hello");
    upstream.server.on("secureConnection", destroy);
    const reply = await get(proxy, { method: "POST", body: "x" });
    expect(await reply.json()).toMatchObject({ code: "upstream_reset" });
    expect(upstream.seen.map(({ resumed }) => resumed)).toEqual([false, true]);
    expect((await proxy.row(1)).fault).toMatch(REFUSED);
  });
});

describe("no TLS to agree on: upstream_tls", () => {
  test("an older version only", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await using upstream = await serve("good", old as ServerOptions);
    await using proxy = await startProxy(setup(upstream.url, {}));
    expect(await (await get(proxy)).json()).toMatchObject({ code: "upstream_tls" });
    expect(proxy.rows[0]?.fault).toMatch(/protocol version/);
  });

  test("1.2 where 1.3 is the least", async () => {
    await using upstream = await serve("good", { maxVersion: "TLSv1.2" });
    await using proxy = await startProxy(setup(upstream.url, { min_version: "1.3" }));
    expect(await (await get(proxy)).json()).toMatchObject({ code: "upstream_tls" });
  });

  test.each([
    { what: "plain HTTP", says: /speaks no TLS/, act: (socket: Socket) => answerPlain(socket) },
    { what: "hangs up", says: /connection closed/, act: (socket: Socket) => void socket.end() },
    {
      what: "resets",
      says: /connection closed/,
      act: (socket: Socket) => void socket.once("data", () => socket.resetAndDestroy()),
    },
  ])("$what", async ({ says, act }) => {
    await using upstream = await serveRaw(act);
    await using proxy = await startProxy(setup(upstream.url, {}));
    expect(await (await get(proxy)).json()).toMatchObject({ code: "upstream_tls" });
    expect(proxy.rows[0]?.fault).toMatch(says);
  });

  test("a handshake that never ends: connect_timeout", async () => {
    await using upstream = await serveRaw(() => undefined);
    const { config } = setup(upstream.url, {});
    const hasty = { ...config, timeouts: { connect_ms: 500 } };
    await using proxy = await startProxy({ config: hasty });
    expect(await (await get(proxy)).json()).toMatchObject({ code: "connect_timeout" });
  });

  test("nobody listens: upstream_unreachable, as without TLS", async () => {
    await using proxy = await startProxy(setup(`https://127.0.0.1:${await freePort()}`, {}));
    expect(await (await get(proxy)).json()).toMatchObject({ code: "upstream_unreachable" });
  });
});

/** Node's own server hangs up on a client without a word; openssl's says why, as most do. */
async function serveStrictly(
  version: "TLSv1.2" | "TLSv1.3",
): Promise<AsyncDisposable & { url: string }> {
  const { cert, key } = pairs["good"]!;
  const child = spawn(
    "openssl",
    [
      "s_server -accept 127.0.0.1:0 -www -Verify 1 -verify_return_error".split(" "),
      [`-tls${version.slice(4).replace(".", "_")}`, "-cert", cert, "-key", key],
      ["-CAfile", authority.ca],
    ].flat(),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const port = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.on("error", reject);
    child.stdout.on("data", (chunk) => {
      said += String(chunk);
      const found = /ACCEPT [^ ]*:(\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

function answerPlain(socket: Socket): void {
  socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
}

async function serveRaw(act: (socket: Socket) => void): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

test("a WebSocket through it", async () => {
  await using upstream = await serve("good");
  upstream.server.on("upgrade", (_, socket: Socket) => {
    socket.write(SWITCHING);
    socket.on("data", (chunk) => socket.write(chunk));
  });
  await using proxy = await startProxy(setup(upstream.url, {}));
  const socket = connect(proxy.port, "127.0.0.1");
  socket.write(requestText("GET /", UPGRADE));
  let text = "";
  socket.on("data", (chunk) => (text += String(chunk)));
  await expect.poll(() => text).toMatch(/^HTTP\/1.1 101 /);
  socket.write("ping");
  await expect.poll(() => text).toMatch(/ping$/);
  socket.destroy();
});

test("other files under load: nothing is dropped, and new connections show the new certificate", async () => {
  const files = { ca: join(authority.folder, "r.ca"), cert: "", key: "" };
  files.cert = join(authority.folder, "r.crt");
  files.key = join(authority.folder, "r.key");
  const put = (pair: Pair): void => {
    copyFileSync(pair.cert, files.cert);
    copyFileSync(pair.key, files.key);
  };
  copyFileSync(authority.ca, files.ca);
  put(pairs["weir"]!);
  const asking = { requestCert: true, ca: readFileSync(authority.ca) };
  await using upstream = await serve("good", asking, (_, reply) => {
    setTimeout(() => reply.end("hello"), 5);
  });
  await using proxy = await startProxy(setup(upstream.url, files));
  const load = { going: true };
  const statuses: number[] = [];
  const client = async (): Promise<void> => {
    while (load.going) {
      const reply = await get(proxy);
      statuses.push((await reply.text()) === "hello" ? reply.status : 0);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await expect.poll(() => statuses.length).toBeGreaterThan(50);
  put(authority.issue("weir2", { cn: "weir two" }));
  await proxy.swap(setup(upstream.url, files));
  const before = statuses.length;
  await expect.poll(() => statuses.length).toBeGreaterThan(before + 50);
  load.going = false;
  await Promise.all(clients);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const names = upstream.seen.map(({ client: name }) => name);
  expect(new Set(names)).toEqual(new Set(["weir", "weir two"]));
  expect(names.lastIndexOf("weir")).toBeLessThan(names.indexOf("weir two"));
  expect(upstream.seen[names.indexOf("weir two")]?.resumed).toBe(false);
});

test("an authority no longer trusted: no kept connection serves any more", async () => {
  await using upstream = await serve("good");
  await using proxy = await startProxy(setup(upstream.url, {}));
  expect((await get(proxy)).status).toBe(200);
  await proxy.swap(setup(upstream.url, { ca: stranger.ca }));
  expect(await (await get(proxy)).json()).toMatchObject({ code: UNTRUSTED });
  await proxy.swap(setup(upstream.url, {}));
  expect((await get(proxy)).status).toBe(200);
});

test("services that share an endpoint trust each in its own way", async () => {
  await using upstream = await serve("good");
  const endpoints = [upstream.url];
  const services = {
    app: { endpoints, tls: { ca: authority.ca } },
    strange: { endpoints, tls: { ca: stranger.ca } },
    plain: { endpoints },
  };
  const routes = Object.keys(services).map((service) => ({
    name: service,
    service,
    match: { path: `/${service}` },
  }));
  await using proxy = await startProxy({ config: { services, routes } });
  const codes = [];
  for (const name of ["app", "strange", "plain", "app"]) {
    codes.push((await fetch(`http://127.0.0.1:${proxy.port}/${name}`)).status);
  }
  expect(codes).toEqual([200, 502, 502, 200]);
});
