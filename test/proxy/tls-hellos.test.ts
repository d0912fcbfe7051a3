// What may come instead of a tidy TLS hello: names that are none, odd pieces, other protocols, and what no version of it allows here.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { type ProxySetup, startProxy, type TestProxy } from "../support/proxy.ts";

let authority: Authority;
let ca: string;
let pairs: readonly Pair[];

beforeAll(() => {
  authority = createAuthority();
  ca = readFileSync(authority.ca, "utf8");
  pairs = [
    authority.issue("first", { cn: "first", san: "DNS:first.test" }),
    authority.issue("other", {
      cn: "other",
      san: "DNS:other.test,DNS:*.other.test,DNS:xn--mnchen-3ya.test",
    }),
  ];
});
afterAll(() => authority[Symbol.dispose]());

/** No request is forwarded here: each gets 404. */
function setup(https: Record<string, unknown> = {}): ProxySetup {
  return {
    config: {
      listen: {
        http: "127.0.0.1:0",
        https: { listen: "127.0.0.1:0", certificates: pairs, ...https },
      },
      limits: { head_ms: 3_000 },
      services: { a: { endpoints: ["http://127.0.0.1:9"] } },
      routes: [{ name: "a", match: { path: "/a" }, service: "a" }],
    },
  };
}

/** Passes bytes on, the first of them as `shape` has them, each piece by itself. */
function shaped(socket: Socket, shape: (hello: Buffer) => readonly Buffer[]): Duplex {
  let isFirst = true;
  const duplex = new Duplex({
    read: () => undefined,
    async write(chunk: Buffer, _, done) {
      const pieces = isFirst ? shape(chunk) : [chunk];
      isFirst = false;
      for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
      done();
    },
    final: (done) => void socket.end(done),
  });
  socket.setNoDelay(true).on("data", (chunk: Buffer) => duplex.push(chunk));
  socket.on("end", () => duplex.push(null)).on("error", (thrown) => duplex.destroy(thrown));
  socket.on("close", () => duplex.destroy());
  return duplex;
}

function dial({ httpsPort }: TestProxy, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const to = options.socket === undefined ? { port: httpsPort, host: "127.0.0.1" } : {};
    const checkServerIdentity = (): undefined => undefined;
    const socket = connect({ ...to, ca, checkServerIdentity, ...options });
    socket.on("secureConnect", () => resolve(socket)).on("error", reject);
  });
}

async function shownTo(proxy: TestProxy, options: ConnectionOptions): Promise<string> {
  const socket = await dial(proxy, options);
  const name = /DNS:(\w+)/.exec(socket.getPeerCertificate().subjectaltname ?? "")?.[1] ?? "";
  socket.destroy();
  return name;
}

/** In records of so many bytes. */
function inRecords(hello: Buffer, size: number): Buffer[] {
  const body = hello.subarray(5);
  return Array.from({ length: Math.ceil(body.length / size) }, (_, at) => {
    const part = body.subarray(at * size, (at + 1) * size);
    return Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]);
  });
}

const SHAPES: readonly (readonly [string, (hello: Buffer) => readonly Buffer[]])[] = [
  ["byte by byte", (hello) => [...hello].map((byte) => Buffer.from([byte]))],
  ["in records of 100 bytes", (hello) => inRecords(hello, 100)],
  ["in records of one byte", (hello) => [Buffer.concat(inRecords(hello, 1))]],
  [
    "in a record of 3 bytes and another",
    (hello) => {
      const [first] = inRecords(hello.subarray(0, 8), 3);
      return [
        first!,
        ...inRecords(Buffer.concat([hello.subarray(0, 5), hello.subarray(8)]), 16_000),
      ];
    },
  ],
];

test.each(SHAPES)("a hello %s gets the certificate of the name it asks for", async (_, shape) => {
  await using proxy = await startProxy(setup());
  for (const [servername, gets] of [
    ["other.test", "other"],
    ["first.test", "first"],
  ] as const) {
    const socket = shaped(connectPlain(proxy.httpsPort, "127.0.0.1"), shape);
    expect(await shownTo(proxy, { socket, servername })).toBe(gets);
  }
});

test("a hello of several records, since it has much to say, gets the certificate of its name: 60 KB", async () => {
  await using proxy = await startProxy(setup());
  const ALPNProtocols = [
    ...Array.from({ length: 250 }, (_, nth) => `${nth}`.padStart(250, "x")),
    "http/1.1",
  ];
  expect(await shownTo(proxy, { servername: "other.test", ALPNProtocols })).toBe("other");
});

test.each([
  { name: "other.test", gets: "other" },
  { name: "OTHER.test", gets: "other" },
  { name: "a.Other.test", gets: "other" },
  { name: "other.test.", gets: "other" },
  { name: "a.other.test.", gets: "other" },
  { name: "a.b.other.test", gets: "first" },
  { name: "*.other.test", gets: "other" },
  { name: "xn--mnchen-3ya.test", gets: "other" },
  { name: "test", gets: "first" },
  { name: ".other.test", gets: "first" },
  { name: "..", gets: "first" },
  { name: "127.0.0.1", gets: "first" },
  { name: "::1", gets: "first" },
  { name: "__proto__", gets: "first" },
  { name: "münchen.test", gets: "first" },
])("who asks for $name is shown $gets", async ({ name, gets }) => {
  await using proxy = await startProxy(setup());
  expect(await shownRaw(proxy, name)).toBe(gets);
});

/** By openssl, which asks for whatever it is told to. */
function shownRaw({ httpsPort }: TestProxy, name: string): Promise<string> {
  const args = ["s_client", "-connect", `127.0.0.1:${httpsPort}`, "-servername", name, "-ign_eof"];
  return new Promise((resolve) => {
    const child = execFile("openssl", args, (_, output) => {
      resolve(/subject=\s*CN\s*=\s*(\w*)/.exec(output)?.[1] ?? output);
    });
    child.stdin?.end("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  });
}

test.each([
  { what: "a name too long for one", name: "a".repeat(300) },
  { what: "a name of 16 KB", name: "a.".repeat(8_000) },
])("$what: refused, or the first certificate, and the next is served", async ({ name }) => {
  await using proxy = await startProxy(setup());
  expect(await shownRaw(proxy, name)).not.toMatch(/^other/);
  expect(await shownTo(proxy, { servername: "other.test" })).toBe("other");
});

/** 4 KB that no two bytes of belong together, and the same each time. */
const NOISE = createHash("shake256", { outputLength: 4_096 }).update("noise").digest();
const RECORD_OF_ALERTS = Buffer.from([21, 3, 1, 0, 2, 1, 100]);

// Together, as they mostly wait.
test.concurrent.each([
  { what: "plain HTTP", bytes: Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n") },
  { what: "an SSL 2.0 hello", bytes: Buffer.from([0x80, 46, 1, 0, 2, 0, 21, 0, 0, 0, 16]) },
  {
    what: "a heartbeat that asks for more than it sends",
    bytes: Buffer.from([24, 3, 2, 0, 3, 1, 64, 0]),
  },
  { what: "application data at once", bytes: Buffer.from([23, 3, 3, 0, 2, 65, 65]) },
  {
    what: "a thousand warnings",
    bytes: Buffer.concat(Array.from({ length: 1000 }, () => RECORD_OF_ALERTS)),
  },
  { what: "a change of ciphers before all else", bytes: Buffer.from([20, 3, 3, 0, 1, 1]) },
  { what: "a record of nothing", bytes: Buffer.from([22, 3, 1, 0, 0]) },
  { what: "a hello of nothing", bytes: Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]) },
  {
    what: "a hello of 16 MB announced",
    bytes: Buffer.concat([Buffer.from([22, 3, 1, 64, 0, 1, 255, 255, 255]), Buffer.alloc(16_380)]),
  },
  { what: "noise", bytes: NOISE },
])("$what: the connection ends within its time, and the next is served", async ({ bytes }) => {
  await using proxy = await startProxy(setup());
  const begun = performance.now();
  const socket = connectPlain(proxy.httpsPort, "127.0.0.1", () => void socket.write(bytes));
  await new Promise((resolve) =>
    socket
      .on("error", () => undefined)
      .on("close", resolve)
      .resume(),
  );
  expect(performance.now() - begun).toBeLessThan(9_000);
  expect(await shownTo(proxy, { servername: "other.test" })).toBe("other");
  expect(proxy.rows).toEqual([]);
});

test.each([
  { what: "CBC", ciphers: "ECDHE-ECDSA-AES128-SHA256" },
  { what: "no forward secrecy", ciphers: "AES128-GCM-SHA256" },
  { what: "no encryption", ciphers: "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0" },
])("a client that can do only $what is refused", async ({ ciphers }) => {
  await using proxy = await startProxy(setup());
  await expect(dial(proxy, { ciphers, maxVersion: "TLSv1.2" })).rejects.toThrow(
    /handshake failure/,
  );
});

test("renegotiation under TLS 1.2 is refused", async () => {
  await using proxy = await startProxy(setup());
  const socket = await dial(proxy, { maxVersion: "TLSv1.2" });
  const failed = await new Promise<Error | null>((resolve) => {
    socket.on("error", resolve).on("close", () => resolve(new Error("closed")));
    socket.renegotiate({}, resolve);
  });
  expect(String(failed)).toMatch(/no.renegotiation/i);
  socket.destroy();
});

test("no early data: tickets allow none, so nothing can be replayed", async () => {
  await using proxy = await startProxy(setup());
  const file = (name: string): string => join(authority.folder, name);
  writeFileSync(file("early"), "GET /early HTTP/1.1\r\nHost: a\r\n\r\n");
  const ask = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const base = ["s_client", "-connect", `127.0.0.1:${proxy.httpsPort}`, "-tls1_3", "-ign_eof"];
      const child = execFile("openssl", [...base, ...args], (_, output) => resolve(output));
      child.stdin?.end("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    });
  await ask("-sess_out", file("session"));
  const output = await ask("-sess_in", file("session"), "-early_data", file("early"));
  expect(output).toMatch(/Reused, TLSv1.3/);
  expect(output).toMatch(/Early data was (?:not sent|rejected)/);
  expect(proxy.rows.map(({ path }) => path)).not.toContain("/early");
});

test.each(["TLSv1.2", "TLSv1.3"] as const)(
  "%s: a session for one name is resumed for no other",
  async (version) => {
    await using proxy = await startProxy(setup());
    const options = { minVersion: version, maxVersion: version };
    const one = await dial(proxy, { ...options, servername: "first.test" });
    const session = await new Promise<Buffer>((resolve) => {
      if (version === "TLSv1.2") resolve(one.getSession()!);
      one.on("session", resolve);
      one.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    });
    one.destroy();
    const other = await dial(proxy, { ...options, servername: "other.test", session });
    expect(other.isSessionReused()).toBe(false);
    expect(other.getPeerCertificate().subject.CN).toBe("other");
    other.destroy();
  },
);

test("a chain of thousands of certificates from a client ends its handshake, and nothing else", async () => {
  await using proxy = await startProxy(setup({ client_certificates: { ca: authority.ca } }));
  const [{ cert, key }] = pairs as [Pair];
  const chain = `${readFileSync(cert, "utf8")}${ca.repeat(20_000)}`;
  const socket = await dial(proxy, { cert: chain, key: readFileSync(key) }).catch(() => null);
  if (socket !== null) {
    socket
      .on("error", () => undefined)
      .resume()
      .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => socket.on("close", resolve));
  }
  expect(proxy.rows).toEqual([]);
  expect(await shownTo(proxy, { servername: "other.test" })).toBe("other");
});
