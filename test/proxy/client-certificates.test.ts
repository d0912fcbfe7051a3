// Client certificates: who they say calls, each way to refuse one with its word in the row, and what a reload changes.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { type ProxySetup, startProxy, type TestProxy } from "../support/proxy.ts";

let authority: Authority;
let stranger: Authority;
let upstream: Server;
let url: string;
let crl: string;
let serverPair: Pair;
const clients: Record<string, Pair> = {};
const seen: (string | undefined)[] = [];

const ISSUES = {
  spiffe: { san: "URI:spiffe://weir.test/orders,DNS:orders.test", cn: "Orders" },
  dns: { san: "DNS:billing.test", cn: "Billing" },
  uri: { san: "URI:urn:billing,URI:https://b.test/", cn: "uris" },
  cn: { cn: "Alice Liddell" },
  "TLSv1.2": { cn: "Bob" },
  "TLSv1.3": { cn: "Bob" },
  role: { cn: "role:admin" },
  nameless: { san: "IP:127.0.0.1" },
  twoUris: { san: "URI:spiffe://weir.test/a,URI:spiffe://weir.test/b" },
  dots: { san: "URI:spiffe://weir.test/ns/../admin" },
  oneDot: { san: "URI:spiffe://weir.test/ns/./a" },
  otherCase: { san: "URI:SPIFFE://weir.test/a" },
  otherDomain: { san: "URI:spiffe://Weir.test/a" },
  query: { san: "URI:spiffe://weir.test/a?x" },
  noPath: { san: "URI:spiffe://weir.test" },
  long: { san: `URI:spiffe://weir.test/${"a".repeat(2_048)}` },
  manyDots: { san: "URI:spiffe://weir.test/.../.a/b.." },
  forged: { san: "@alt\n[alt]\nURI.1=urn:x, DNS:root.test" },
  revoked: { cn: "mallory" },
  expired: { cn: "old", expired: true },
  forServers: { cn: "server", ext: "extendedKeyUsage=serverAuth" },
  weak: { cn: "weak", keyType: "rsa1024" },
} as const;

beforeAll(async () => {
  authority = createAuthority("Weir Test CA");
  stranger = createAuthority("Another CA");
  serverPair = authority.issue("server", { san: "DNS:weir.test" });
  for (const [name, issue] of Object.entries(ISSUES)) clients[name] = authority.issue(name, issue);
  clients["foreign"] = stranger.issue("foreign", { cn: "alice" });
  crl = authority.revoke(clients["revoked"]!);
  upstream = createHttpServer((incoming, reply) => {
    seen.push(String(incoming.headers["x-weir-subject"]));
    reply.end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(() => {
  upstream.close();
  authority[Symbol.dispose]();
  stranger[Symbol.dispose]();
});

interface Wanted {
  readonly required?: boolean;
  readonly list?: string;
  readonly authenticate?: readonly string[];
  readonly subject?: readonly string[];
}

function setup({
  required = false,
  list = crl,
  authenticate = ["certificate"],
  subject,
}: Wanted = {}): ProxySetup {
  const client_certificates = { ca: authority.ca, crl: list, required };
  const https = { listen: "127.0.0.1:0", certificates: [serverPair], client_certificates };
  return {
    upstreams: [url],
    config: {
      listen: { http: "127.0.0.1:0", https },
      routes: [{ name: "all", service: "app", authenticate }],
      ...(subject !== undefined && { identity: { certificates: { subject } } }),
    },
  };
}

function identityOf(name: string | null): Pick<RequestOptions, "cert" | "key"> {
  const pair = name === null ? undefined : clients[name];
  return pair === undefined ? {} : { cert: readFileSync(pair.cert), key: readFileSync(pair.key) };
}

function get({ httpsPort: port }: TestProxy, name: string | null, agent?: Agent): Promise<number> {
  const ca = readFileSync(authority.ca);
  return new Promise((resolve, reject) => {
    const sent = request({
      port,
      host: "127.0.0.1",
      servername: "weir.test",
      ca,
      agent: agent ?? false,
      // A client that has no standards of its own.
      ...(name === "weak" && { ciphers: "DEFAULT@SECLEVEL=0" }),
      ...identityOf(name),
    });
    sent.on("error", reject).on("response", (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    sent.end();
  });
}

test.each([
  { name: "spiffe", subject: "spiffe://weir.test/orders" },
  { name: "manyDots", subject: "spiffe://weir.test/.../.a/b.." },
  { name: "dns", subject: "billing.test" },
  { name: "cn", subject: "Alice Liddell" },
  { name: "spiffe", from: ["dns"], subject: "orders.test" },
  { name: "spiffe", from: ["cn"], subject: "Orders" },
  { name: "dns", from: ["uri", "cn"], subject: "Billing" },
  { name: "uri", from: ["uri", "cn"], subject: "uris" },
])("$name by $from is $subject", async ({ name, from, subject }) => {
  await using proxy = await startProxy(setup(from === undefined ? {} : { subject: from }));
  expect(await get(proxy, name)).toBe(200);
  const row = await proxy.row(0);
  expect(row.authOutcome).toBe("ok");
  expect(row.identity).toMatchObject({
    subject,
    kind: "certificate",
    issuer: "Weir Test CA",
    roles: [],
  });
  expect(row.identity.attributes["fingerprint"]).toMatch(/^[0-9a-f]{64}$/);
  expect(seen.at(-1)).toBe(encodeURI(subject));
});

const CA = "Weir Test CA";
const REFUSED = [
  { name: null, code: "unauthenticated", outcome: "none", issuer: "" },
  { name: "revoked", code: "invalid_credentials", outcome: "revoked_certificate", issuer: CA },
  { name: "expired", code: "invalid_credentials", outcome: "expired_certificate", issuer: CA },
  // Whoever makes an authority of their own names it.
  { name: "foreign", code: "invalid_credentials", outcome: "untrusted_certificate", issuer: "" },
  { name: "forServers", code: "invalid_credentials", outcome: "untrusted_certificate", issuer: "" },
  { name: "weak", code: "invalid_credentials", outcome: "untrusted_certificate", issuer: "" },
];

describe.each([{ required: true }, { required: false }])("required: $required", ({ required }) => {
  test.each(REFUSED)("$name is refused: $outcome", async (refused) => {
    const { name, code, outcome, issuer } = refused;
    await using proxy = await startProxy(setup({ required }));
    expect(await get(proxy, name)).toBe(401);
    const row = await proxy.row(0);
    expect(row).toMatchObject({ status: 401, errorCode: code, authOutcome: outcome });
    expect(row.identity.kind).toBe("anonymous");
    const authMethod = name === null ? "" : "certificate";
    expect(row).toMatchObject({ authMethod, authIssuer: issuer });
  });
});

test("a list that is out of date: nobody is let in by a certificate until there is a newer one", async () => {
  await using proxy = await startProxy(setup({ list: authority.outdated() }));
  expect(await get(proxy, "cn")).toBe(401);
  expect((await proxy.row(0)).authOutcome).toBe("untrusted_certificate");
});

test.each([
  { name: "role", outcome: "reserved_subject" },
  { name: "nameless", outcome: "unnamed_certificate" },
  { name: "twoUris", outcome: "unnamed_certificate" },
  { name: "dots", outcome: "unnamed_certificate" },
  { name: "oneDot", outcome: "unnamed_certificate" },
  { name: "otherCase", outcome: "unnamed_certificate" },
  { name: "otherDomain", outcome: "unnamed_certificate" },
  { name: "query", outcome: "unnamed_certificate" },
  { name: "noPath", outcome: "unnamed_certificate" },
  { name: "long", outcome: "unnamed_certificate" },
])("a sound certificate without a usable name, $name: $outcome", async ({ name, outcome }) => {
  await using proxy = await startProxy(setup());
  expect(await get(proxy, name)).toBe(401);
  expect((await proxy.row(0)).authOutcome).toBe(outcome);
});

test("a name with a comma in it is one name", async () => {
  await using proxy = await startProxy(setup({ subject: ["dns", "uri"] }));
  await get(proxy, "forged");
  expect((await proxy.row(0)).identity.subject).toBe("urn:x, DNS:root.test");
});

test("required, on a route for everybody: no certificate, no answer; over plain HTTP nothing is asked", async () => {
  await using proxy = await startProxy(setup({ required: true, authenticate: [] }));
  expect(await get(proxy, null)).toBe(401);
  expect(await get(proxy, "cn")).toBe(200);
  expect((await proxy.row(1)).identity.kind).toBe("anonymous");
  const plain = await fetch(`http://127.0.0.1:${proxy.port}/`);
  expect(plain.status).toBe(200);
});

test("not required, on a route for everybody: a bad certificate does not matter", async () => {
  await using proxy = await startProxy(setup({ authenticate: [] }));
  expect(await get(proxy, "revoked")).toBe(200);
});

test.each(["TLSv1.2", "TLSv1.3"] as const)(
  "%s: a resumed connection is who the first one was, and what is revoked ends it all",
  async (version) => {
    await using proxy = await startProxy(setup());
    const agent = new Agent({ keepAlive: true, maxCachedSessions: 0 });
    expect(await get(proxy, version, agent)).toBe(200);
    const before = await resume(proxy, { maxVersion: version, minVersion: version });
    expect(before.reused).toBe(true);
    expect(before.reply).toMatch(/^HTTP\/1.1 200 /);
    expect((await proxy.row(2)).identity.subject).toBe("Bob");

    const later = authority.revoke(clients[version]!);
    await proxy.swap(setup({ list: later }));
    // The kept connection ends, or it would still be who it was.
    const kept = Object.values(agent.freeSockets)[0]?.[0];
    if (kept !== undefined) await new Promise((resolve) => kept.once("close", resolve));
    expect(await get(proxy, version, agent)).toBe(401);
    const after = await resume(proxy, {
      session: before.session,
      maxVersion: version,
      minVersion: version,
    });
    expect(after.reused).toBe(false);
    expect(after.reply).toMatch(/^HTTP\/1.1 401 /);
    agent.destroy();
  },
);

describe("when what is revoked changes, no request rests on the verdict of before", () => {
  const HEAD = "GET / HTTP/1.1\r\nHost: weir.test\r\n";

  test.each([
    { what: "that has asked for nothing", sent: "" },
    { what: "whose head is on its way", sent: HEAD },
  ])("a connection $what ends unanswered", async ({ sent }) => {
    await using proxy = await startProxy(setup());
    const socket = connectAs(proxy.httpsPort, "dns");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += String(chunk))).on("error", () => undefined);
    await once(socket, "secureConnect");
    if (sent !== "") await new Promise((resolve) => socket.write(sent, resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = once(socket, "close");
    await proxy.swap(setup({ list: authority.revoke() }));
    if (socket.writable) socket.write(sent === "" ? `${HEAD}\r\n` : "\r\n");
    await closed;
    expect(text).toBe("");
    expect(proxy.rows).toEqual([]);
  });

  test("a handshake under way is broken off", async () => {
    await using proxy = await startProxy(setup());
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    // Lets the first flight of a client through, and holds the second back.
    const between = createServer((client) => {
      const server = connect(proxy.httpsPort, "127.0.0.1");
      let flights = 0;
      client.on("data", (chunk) => {
        if (flights++ === 0) server.write(chunk);
        else void released.then(() => server.write(chunk));
      });
      server.on("data", (chunk) => client.write(chunk)).on("close", () => client.destroy());
      server.on("error", () => undefined);
      client.on("close", () => server.destroy()).on("error", () => undefined);
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    const socket = connectAs((between.address() as AddressInfo).port, "dns");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += String(chunk))).on("error", () => undefined);
    socket.on("secureConnect", () => socket.write(`${HEAD}\r\n`));
    const closed = once(socket, "close");
    await once(socket, "secureConnect");
    await proxy.swap(setup({ list: authority.revoke() }));
    release();
    await closed;
    expect(text).toBe("");
    expect(proxy.rows).toEqual([]);
    between.close();
  });
});

function connectAs(port: number, name: string): TLSSocket {
  const ca = readFileSync(authority.ca);
  return connectTls({ port, host: "127.0.0.1", servername: "weir.test", ca, ...identityOf(name) });
}

interface Resumed {
  readonly reused: boolean;
  readonly reply: string;
  readonly session: Buffer;
}

/** Connects, asks, and where no session is given does so again with that of the first. */
async function resume(proxy: TestProxy, options: ConnectionOptions): Promise<Resumed> {
  const first = await ask(proxy, options);
  return options.session === undefined ? ask(proxy, { ...options, session: first.session }) : first;
}

function ask({ httpsPort: port }: TestProxy, options: ConnectionOptions): Promise<Resumed> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(authority.ca);
    let reply = "";
    let session = Buffer.alloc(0);
    const to = {
      port,
      host: "127.0.0.1",
      servername: "weir.test",
      ca,
      ...identityOf(String(options.minVersion)),
    };
    const socket = connectTls({ ...to, ...options }, () => {
      socket.write("GET / HTTP/1.1\r\nHost: weir.test\r\nConnection: close\r\n\r\n");
    });
    socket.on("session", (ticket) => (session = ticket));
    socket.on("data", (chunk: Buffer) => (reply += chunk.toString()));
    socket.on("error", reject);
    socket.on("end", () => resolve({ reused: socket.isSessionReused(), reply, session }));
  });
}
