// The admin side over TLS: who is let in by a certificate, what a swap of certificates and authorities does, and rebound names.
import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { startAdmin } from "../../src/admin/server.ts";
import type { AdminParts } from "../../src/admin/parts.ts";
import { loadTls } from "../../src/control/tls/tls-files.ts";
import type { AuditEntry } from "../../src/telemetry/audit-log.ts";
import { createAuthority, type Pair } from "../support/certificates.ts";
import { adminParts } from "./support/admin-kit.ts";

const ours = createAuthority("Ops CA");
const others = createAuthority("Other CA");
const server = ours.issue("server", { san: "DNS:weir.test,DNS:*.mesh.test,IP:127.0.0.1" });
const CLIENTS = {
  olga: ours.issue("olga", { san: "URI:spiffe://test/olga" }),
  vera: ours.issue("vera", { san: "DNS:Vera.ops.test" }),
  stranger: ours.issue("stranger", { san: "URI:spiffe://test/stranger" }),
  unnamed: ours.issue("unnamed", { cn: "vera.ops.test" }),
  two: ours.issue("two", { san: "DNS:a.ops.test,DNS:vera.ops.test" }),
  expired: ours.issue("expired", { san: "URI:spiffe://test/olga", expired: true }),
  revoked: ours.issue("revoked", { san: "URI:spiffe://test/olga" }),
  foreign: others.issue("foreign", { san: "URI:spiffe://test/olga" }),
} as const;
const crl = ours.revoke(CLIENTS.revoked);
const TOKEN = "viewer-token-0123456789";

afterAll(() => {
  ours[Symbol.dispose]();
  others[Symbol.dispose]();
});

interface Files {
  readonly pair?: Pair;
  readonly ca?: string;
  readonly crl?: string;
}

/** What is in force with these files, as a reload would make it. */
function running({ pair = server, ca = ours.ca, crl: list = crl }: Files = {}) {
  const parts = adminParts({
    tokens: [{ token: TOKEN, name: "victor", role: "viewer" }],
    certificates: [
      { subject: "spiffe://test/olga", role: "owner" },
      { subject: "vera.ops.test", role: "viewer" },
    ],
  });
  const before = parts.running();
  const { config } = before;
  const options = { ...pair, min_version: "1.2", client_certificates: { ca, crl: list } } as const;
  const admin = { ...config.admin, tls: options };
  const loaded = loadTls({ ...config, admin });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return { ...before, config: { ...config, admin }, tls: loaded.tls };
}

interface Secure {
  readonly port: number;
  readonly entries: readonly AuditEntry[];
  readonly swap: (files: Files) => void;
}

async function start(changes: Partial<AdminParts> = {}): Promise<Secure> {
  const entries: AuditEntry[] = [];
  const write = (entry: AuditEntry): boolean => entries.push(entry) > 0;
  let inForce = running();
  const admin = await startAdmin({
    ...adminParts(changes),
    running: () => inForce,
    audit: { writable: () => true, write },
  });
  onTestFinished(() => admin.close());
  const swap = (files: Files): void => {
    inForce = running(files);
    admin.renew(inForce);
  };
  return { port: admin.address.port, entries, swap };
}

interface Asked {
  readonly by?: Pair;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** As if from beyond loopback, unless the headers say otherwise. */
const REMOTE = { "x-forwarded-for": "203.0.113.7" };

function ask(
  port: number,
  { by, method = "GET", path = "/api/v1/status", headers = REMOTE }: Asked,
) {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(
    {
      port,
      host: "127.0.0.1",
      ca: readFileSync(ours.ca),
      method,
      path,
      headers,
      agent: false,
      ...(by === undefined ? {} : { cert: readFileSync(by.cert), key: readFileSync(by.key) }),
    },
    (response) => {
      const { statusCode: status = 0 } = response;
      response.toArray().then((chunks) => {
        const text = Buffer.concat(chunks as Buffer[]).toString();
        resolve({ status, body: JSON.parse(text) as Answer["body"] });
      }, reject);
    },
  );
  asked.on("error", reject);
  asked.end();
  return promise;
}

test.each<
  [who: keyof typeof CLIENTS, status: readonly [read: number, change: number], words: RegExp]
>([
  ["olga", [200, 200], /./],
  ["vera", [200, 403], /./],
  ["stranger", [401, 401], /names spiffe:\/\/test\/stranger, which admin\.certificates does not/],
  ["unnamed", [401, 401], /neither one SPIFFE ID/],
  ["two", [401, 401], /nor one DNS name/],
  ["expired", [401, 401], /certificate has expired/],
  ["revoked", [401, 401], /certificate is revoked/],
  ["foreign", [401, 401], /no authority that is trusted/],
])("a certificate: %s reads and changes with %j", async (who, [status, reload], words) => {
  const { port } = await start();
  const by = CLIENTS[who];
  const read = await ask(port, { by });
  expect(read.status).toBe(status);
  if (status !== 200) expect(read.body["detail"]).toMatch(words);
  expect((await ask(port, { by, method: "POST", path: "/api/v1/reload" })).status).toBe(reload);
});

test("without a certificate a token counts, and on loopback nothing is needed", async () => {
  const { port } = await start();
  const authorization = `Bearer ${TOKEN}`;
  expect((await ask(port, {})).status).toBe(401);
  expect((await ask(port, { headers: { ...REMOTE, authorization } })).status).toBe(200);
  expect((await ask(port, { headers: {} })).status).toBe(200);
  expect((await ask(port, { by: CLIENTS.foreign, headers: {} })).status).toBe(200);
});

test("a wrong token is not made good by a certificate", async () => {
  const { port } = await start();
  const headers = { ...REMOTE, authorization: "Bearer nonsense" };
  expect((await ask(port, { by: CLIENTS.olga, headers })).status).toBe(401);
});

test("the 403 names the role, what it lacks, and who may", async () => {
  const { port } = await start();
  const { body } = await ask(port, { by: CLIENTS.vera, method: "POST", path: "/api/v1/reload" });
  expect(body).toMatchObject({
    code: "forbidden",
    role: "viewer",
    allowed_roles: ["owner"],
    detail: "the role viewer may not POST /api/v1/reload; these may: owner",
  });
});

test("an audit row has the certificate's name, kind, authority and rule", async () => {
  const { port, entries } = await start();
  await ask(port, { by: CLIENTS.olga, method: "POST", path: "/api/v1/reload" });
  await ask(port, { by: CLIENTS.vera, method: "POST", path: "/api/v1/reload" });
  expect(entries).toMatchObject([
    {
      caller: { name: "spiffe://test/olga", role: "owner", kind: "certificate", issuer: "Ops CA" },
      rule: "p, owner, *, *",
      decision: "allow",
    },
    { caller: { name: "vera.ops.test", role: "viewer" }, decision: "deny", status: 403 },
  ]);
});

async function secure(port: number, by?: Pair): Promise<TLSSocket> {
  const client = by && { cert: readFileSync(by.cert), key: readFileSync(by.key) };
  const socket = connect({ port, host: "127.0.0.1", ca: readFileSync(ours.ca), ...client });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function statusOn(socket: TLSSocket, ...head: readonly string[]): Promise<number> {
  socket.write([...head, "", ""].join("\r\n"));
  let text = "";
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += String(chunk);
    if (text.includes("\r\n\r\n")) break;
  }
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}

const GET = "GET /api/v1/status HTTP/1.1";
const FROM = "X-Forwarded-For: 203.0.113.7";

test.each<[what: string, head: readonly string[], status: number]>([
  ["an address", ["Host: 127.0.0.1:1"], 200],
  ["a name of the certificate", ["Host: weir.test"], 200],
  ["the same with a port, in capitals", ["Host: WEIR.test:9090"], 200],
  ["a name below its wildcard", ["Host: a.mesh.test"], 200],
  ["two labels below it", ["Host: a.b.mesh.test"], 421],
  ["the wildcard's own name", ["Host: mesh.test"], 421],
  ["a trailing dot", ["Host: weir.test."], 421],
  ["another name", ["Host: evil.example"], 421],
  ["a page over plain HTTP at its own name", ["Host: weir.test", "Origin: http://weir.test"], 200],
  [
    "a stream for a page elsewhere",
    [
      "Host: weir.test",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: cors",
      "Accept: text/event-stream",
    ],
    403,
  ],
])("a browser's certificate under %s: %j is %i", async (_what, head, status) => {
  const { port } = await start();
  const socket = await secure(port, CLIENTS.olga);
  expect(await statusOn(socket, GET, FROM, ...head)).toBe(status);
});

test.each<[what: string, head: readonly string[], status: number]>([
  ["its own page", ["Origin: https://weir.test", "Sec-Fetch-Site: same-origin"], 200],
  ["its own name over plain HTTP", ["Origin: http://weir.test"], 403],
  ["another port", ["Origin: https://weir.test:444"], 403],
  ["null", ["Origin: null"], 403],
  [
    "a form elsewhere",
    [
      "Origin: https://evil.example",
      "Content-Type: text/plain",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: navigate",
    ],
    403,
  ],
  ["an image elsewhere", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], 403],
])("a change with a browser's certificate from %s: %j is %i", async (_what, head, status) => {
  const { port } = await start();
  const socket = await secure(port, CLIENTS.olga);
  const change = ["POST /api/v1/reload HTTP/1.1", "Host: weir.test", FROM, "Content-Length: 0"];
  expect(await statusOn(socket, ...change, ...head)).toBe(status);
});

test("a new revocation list ends a live tail, and what its connection asks next is nobody's", async () => {
  const { port, swap } = await start();
  const socket = await secure(port, CLIENTS.vera);
  const stream = "GET /api/v1/requests/stream HTTP/1.1";
  expect(await statusOn(socket, stream, "Host: weir.test", FROM)).toBe(200);
  swap({ crl: ours.revoke(CLIENTS.vera) });
  let rest = "";
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    rest += String(chunk);
    if (rest.endsWith("0\r\n\r\n")) break;
  }
  expect(await statusOn(socket, GET, "Host: weir.test", FROM)).toBe(401);
  expect((await ask(port, { by: CLIENTS.vera })).status).toBe(401);
  expect((await ask(port, { by: CLIENTS.olga })).status).toBe(200);
});

test("a session of before does not resume past another authority", async () => {
  const { port, swap } = await start();
  const first = await secure(port, CLIENTS.olga);
  const [session] = (await once(first, "session")) as [Buffer];
  swap({ ca: others.ca, crl: "" });
  const socket = connect({ port, host: "127.0.0.1", ca: readFileSync(ours.ca), session });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  expect(socket.isSessionReused()).toBe(false);
  expect(await statusOn(socket, GET, "Host: weir.test", FROM)).toBe(401);
});

test("new connections see a new certificate", async () => {
  const { port, swap } = await start();
  const shown = async (): Promise<PeerCertificate> => (await secure(port)).getPeerCertificate();
  const before = await shown();
  swap({ pair: ours.issue("server-2", { san: "DNS:weir.test,IP:127.0.0.1" }) });
  const after = await shown();
  expect(after.serialNumber).not.toBe(before.serialNumber);
});

test("plain HTTP, silence and old versions of TLS do not reach the API", async () => {
  const { port } = await start();
  const plain = connectTcp(port, "127.0.0.1");
  plain.end("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  let text = "";
  for await (const chunk of plain) text += String(chunk);
  expect(text).not.toContain("HTTP/1.1");
  const old = connect({
    port,
    host: "127.0.0.1",
    maxVersion: "TLSv1.1",
    minVersion: "TLSv1",
    ca: readFileSync(ours.ca),
  });
  await expect(once(old, "secureConnect")).rejects.toThrow();
});

test("a key that belongs to another certificate is named by the config's key", () => {
  const mixed = { cert: server.cert, key: CLIENTS.olga.key };
  expect(() => running({ pair: mixed })).toThrow(/admin\.tls\.key.*does not belong/);
  writeFileSync(`${ours.folder}/empty.crl`, "");
  expect(() => running({ crl: `${ours.folder}/empty.crl` })).toThrow(
    /admin\.tls\.client_certificates\.crl/,
  );
});
