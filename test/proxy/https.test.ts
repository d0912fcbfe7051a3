// TLS in front: which certificate a client is shown, by which version, and what the row says of it.
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import type { AddressInfo } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { type ProxySetup, startProxy, type TestProxy } from "../support/proxy.ts";

let authority: Authority;
let ca: string;
let upstream: Server;
let url: string;
const pairs: Record<string, Pair> = {};

beforeAll(async () => {
  authority = createAuthority();
  ca = readFileSync(authority.ca, "utf8");
  pairs["ec"] = authority.issue("ec", { san: "DNS:weir.test,DNS:*.weir.test" });
  pairs["rsa"] = authority.issue("rsa", { san: "DNS:weir.test", keyType: "rsa" });
  pairs["exact"] = authority.issue("exact", { san: "DNS:a.weir.test" });
  pairs["other"] = authority.issue("other", { san: "DNS:other.test" });
  upstream = createServer((incoming, reply) => {
    if (incoming.url !== "/cut") incoming.pipe(reply);
    else reply.write("half", () => setTimeout(() => reply.destroy(), 50));
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(() => {
  upstream.close();
  authority[Symbol.dispose]();
});

/** A record of 200 bytes is announced. */
const HELLO_BEGUN = Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196]);

function setup(names: readonly string[], https: Record<string, unknown> = {}): ProxySetup {
  const certificates = names.map((name) => pairs[name]);
  const listen = { http: "127.0.0.1:0", https: { listen: "127.0.0.1:0", certificates, ...https } };
  return { upstreams: [url], config: { listen, limits: { head_ms: 60_000 } } };
}

function dial({ httpsPort }: TestProxy, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port: httpsPort, host: "127.0.0.1", ca, servername: "weir.test", ...options },
      () => resolve(socket),
    );
    socket.on("error", reject);
  });
}

async function shown(proxy: TestProxy, options: ConnectionOptions = {}): Promise<string> {
  const socket = await dial(proxy, { checkServerIdentity: () => undefined, ...options });
  const { subjectaltname = "", asn1Curve } = socket.getPeerCertificate();
  socket.destroy();
  return `${asn1Curve === undefined ? "rsa" : "ec"} ${subjectaltname}`;
}

test("a request and its body over TLS: the row says so, and the service is told", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const body = Buffer.alloc(3_000_000, "0123456789");
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const { httpsPort: port } = proxy;
    const sent = request({ port, host: "127.0.0.1", servername: "weir.test", ca, method: "POST" });
    sent.on("error", reject);
    sent.on("response", (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => resolve(Buffer.concat(chunks)));
    });
    sent.end(body);
  });
  expect(answer.equals(body)).toBe(true);
  expect(await proxy.row(0)).toMatchObject({ scheme: "https", tlsVersion: "1.3", status: 200 });
});

test.each([
  { asks: "weir.test", gets: "ec DNS:weir.test, DNS:*.weir.test" },
  { asks: "B.Weir.Test", gets: "ec DNS:weir.test, DNS:*.weir.test" },
  { asks: "a.weir.test", gets: "ec DNS:a.weir.test" },
  { asks: "other.test", gets: "ec DNS:other.test" },
  { asks: "x.b.weir.test", gets: "ec DNS:weir.test, DNS:*.weir.test" },
  { asks: "unknown.test", gets: "ec DNS:weir.test, DNS:*.weir.test" },
  { asks: "", gets: "ec DNS:weir.test, DNS:*.weir.test" },
])("who asks for $asks is shown $gets", async ({ asks, gets }) => {
  await using proxy = await startProxy(setup(["ec", "rsa", "exact", "other"]));
  expect(await shown(proxy, { servername: asks })).toBe(gets);
});

const RSA_ONLY = "rsa_pss_rsae_sha256:rsa_pkcs1_sha256";

test.each([
  { version: "TLSv1.2", sigalgs: RSA_ONLY, gets: "rsa" },
  { version: "TLSv1.3", sigalgs: RSA_ONLY, gets: "rsa" },
  { version: "TLSv1.2", sigalgs: `ecdsa_secp256r1_sha256:${RSA_ONLY}`, gets: "ec" },
  { version: "TLSv1.3", sigalgs: `ecdsa_secp256r1_sha256:${RSA_ONLY}`, gets: "ec" },
] as const)("$version with $sigalgs gets $gets", async ({ version, sigalgs, gets }) => {
  await using proxy = await startProxy(setup(["ec", "rsa"]));
  for (const servername of ["weir.test", ""]) {
    // The authority itself signs with ECDSA; openssl's default level would miss it in the list.
    const options = { minVersion: version, maxVersion: version, sigalgs, servername };
    const certificate = await shown(proxy, { ...options, rejectUnauthorized: false });
    expect(certificate.split(" ")[0]).toBe(gets);
  }
});

test.each([
  { least: "1.2", version: "TLSv1.2", ok: true },
  { least: "1.3", version: "TLSv1.2", ok: false },
  { least: "1.3", version: "TLSv1.3", ok: true },
  { least: "1.2", version: "TLSv1.1", ok: false },
] as const)("min_version $least, client $version: $ok", async ({ least, version, ok }) => {
  await using proxy = await startProxy(setup(["ec"], { min_version: least }));
  const ciphers = "DEFAULT@SECLEVEL=0";
  const connected = dial(proxy, { minVersion: version, maxVersion: version, ciphers });
  const result = await connected.then(
    (socket) => (socket.destroy(), true),
    () => false,
  );
  expect(result).toBe(ok);
});

test("only http/1.1 is agreed on; a client of h2 alone is refused", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const both = await dial(proxy, { ALPNProtocols: ["h2", "http/1.1"] });
  expect(both.alpnProtocol).toBe("http/1.1");
  both.destroy();
  await expect(dial(proxy, { ALPNProtocols: ["h2"] })).rejects.toThrow(/no application protocol/);
});

test("bytes that are no request: 400, and a row of https", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const socket = await dial(proxy);
  socket.write("NONSENSE\r\n\r\n");
  const [reply] = await new Promise<Buffer[]>((resolve) =>
    socket.once("data", (...all) => resolve(all)),
  );
  expect(String(reply)).toMatch(/^HTTP\/1.1 400 /);
  expect(await proxy.row(0)).toMatchObject({ scheme: "https", tlsVersion: "1.3", status: 400 });
});

test("who leaves in the middle of a handshake is let go at once", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const socket = connectPlain(proxy.httpsPort, "127.0.0.1", () => socket.end(HELLO_BEGUN));
  const begun = performance.now();
  await new Promise((resolve) => socket.on("close", resolve).resume());
  expect(performance.now() - begun).toBeLessThan(30_000);
});

test("a handshake that never comes is cut off, as a head would be", async () => {
  await using proxy = await startProxy({
    ...setup(["ec"]),
    config: { ...setup(["ec"]).config, limits: { head_ms: 1_000 } },
  });
  const socket = connectPlain(proxy.httpsPort, "127.0.0.1");
  const begun = performance.now();
  await new Promise((resolve) =>
    socket
      .on("close", resolve)
      .on("error", () => undefined)
      .resume(),
  );
  const tookMs = performance.now() - begun;
  expect(tookMs).toBeGreaterThan(900);
  // Ten seconds, where the config is silent.
  expect(tookMs).toBeLessThan(9_000);
});

test("a drain waits for no handshake", async () => {
  await using proxy = await startProxy({
    ...setup(["ec"]),
    config: { ...setup(["ec"]).config, limits: {} },
  });
  const socket = connectPlain(proxy.httpsPort, "127.0.0.1")
    .on("error", () => undefined)
    .resume();
  await new Promise((resolve) => socket.once("connect", resolve));
  const begun = performance.now();
  await proxy.drain(60_000);
  expect(performance.now() - begun).toBeLessThan(9_000);
});

test("other certificates while connections stand: those go on, new ones see the new", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const standing = await dial(proxy);
  await proxy.swap(setup(["other"]));
  expect(await shown(proxy)).toBe("ec DNS:other.test");
  expect(await shown(proxy, { servername: "" })).toBe("ec DNS:other.test");
  standing.write("GET / HTTP/1.1\r\nHost: weir.test\r\n\r\n");
  const reply = await new Promise<Buffer>((resolve) => standing.once("data", resolve));
  expect(String(reply)).toMatch(/^HTTP\/1.1 200 /);
  standing.destroy();
});

async function ticketOf(proxy: TestProxy, options: ConnectionOptions): Promise<Buffer> {
  const socket = await dial(proxy, options);
  const early = socket.getProtocol() === "TLSv1.2" ? socket.getSession() : undefined;
  const session = early ?? new Promise<Buffer>((resolve) => socket.on("session", resolve));
  // TLS 1.3 hands tickets out after the handshake.
  socket.write("GET / HTTP/1.1\r\nHost: weir.test\r\n\r\n");
  const ticket = await session;
  socket.destroy();
  return ticket;
}

test.each(["TLSv1.2", "TLSv1.3"] as const)(
  "%s: one listener resumes what another began, after new certificates too",
  async (version) => {
    await using one = await startProxy(setup(["ec", "other"]));
    await using two = await startProxy(setup(["ec", "other"]));
    for (const servername of ["weir.test", "other.test"]) {
      const options = { minVersion: version, maxVersion: version, servername };
      const session = await ticketOf(one, options);
      const resumed = await dial(two, { ...options, session });
      expect(resumed.isSessionReused()).toBe(true);
      resumed.destroy();
      await two.swap(setup(["other", "ec"]));
      const again = await dial(two, { ...options, session: await ticketOf(one, options) });
      expect(again.isSessionReused()).toBe(true);
      again.destroy();
    }
  },
);

test("a reply that ends with its connection and is cut short: reset, as it is without TLS", async () => {
  await using proxy = await startProxy(setup(["ec"]));
  const socket = await dial(proxy);
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.on("error", resolve));
  let ended = false;
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += String(chunk)));
  socket.on("end", () => (ended = true));
  socket.write("GET /cut HTTP/1.0\r\nHost: weir.test\r\n\r\n");
  expect((await failed).code).toBe("ECONNRESET");
  expect(ended).toBe(false);
  expect(text).toMatch(/half$/);
  expect(await proxy.row(0)).toMatchObject({ status: 200, completed: false });
});

test.each([
  {
    what: "an old version",
    options: { maxVersion: "TLSv1.1", minVersion: "TLSv1" },
    says: /protocol/,
  },
  { what: "another protocol", options: { ALPNProtocols: ["h2"] }, says: /application protocol/ },
] as const)("the log tells of handshakes that fail, once: $what", async ({ options, says }) => {
  await using proxy = await startProxy(setup(["ec"]));
  for (let nth = 0; nth < 3; nth++) {
    const ciphers = "DEFAULT@SECLEVEL=0";
    await expect(dial(proxy, { ...options, ciphers })).rejects.toThrow();
  }
  await expect.poll(() => proxy.log).toHaveLength(1);
  const said = JSON.parse(proxy.log[0]!) as { event?: string; reason: string };
  expect(proxy.log[0]).toContain("tls_handshake_failed");
  expect(said.reason).toMatch(says);
});
