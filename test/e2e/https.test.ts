// TLS in a real process with two workers: certificates change under it, one half written is taken when it is whole.
import { copyFileSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { cleanUp, configOf, createSite, startWeir } from "../support/weir-process.ts";

let authority: Authority;
let upstream: Server;

beforeAll(async () => {
  authority = createAuthority();
  upstream = createServer((_, reply) => void reply.end("hello"));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  cleanUp();
  upstream.close();
  authority[Symbol.dispose]();
});

const HTTPS = `listen: { http: 127.0.0.1:0, https: { listen: "127.0.0.1:0", certificates: [ { cert: tls.crt, key: tls.key } ] } }`;

const ADMIN = "admin: { listen: 127.0.0.1:0, tls: { cert: secret/tls.crt, key: secret/tls.key } }";

test("certificates are replaced while connections go on; a pair that does not fit is told of", async () => {
  const [first, second] = ["first", "second"].map((name) =>
    authority.issue(name, { san: `DNS:${name}.test` }),
  );
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const config = configOf({ upstreams: [url], workers: 2 }).replace(/^listen:.*$/m, HTTPS);
  const site = createSite(config);
  const put = ({ cert, key }: Pair): void => {
    copyFileSync(key, join(site.folder, "tls.key"));
    copyFileSync(cert, join(site.folder, "tls.crt"));
  };
  put(first!);
  const weir = await startWeir(site);
  try {
    const { port } = new URL(/over TLS on +(\S+)/.exec(weir.output())?.[1] ?? "");
    const standing = await dial(port);
    expect(nameOf(standing)).toBe("DNS:first.test");
    const before = await weir.metrics();
    expect(before).toContain(
      `weir_certificate_not_after_seconds{key="listen.https.certificates[0].cert"`,
    );

    copyFileSync(second!.cert, join(site.folder, "tls.crt"));
    await expect
      .poll(async () => (await weir.status()).reload?.tls_fault)
      .toMatch(/certificates\[0\]\.key: does not belong/);
    expect(await weir.metrics()).toMatch(/^weir_certificate_files_ok 0$/m);
    expect(await shown(port)).toEqual(new Set(["DNS:first.test"]));

    put(second!);
    await expect.poll(() => shown(port)).toEqual(new Set(["DNS:second.test"]));
    // Said once all workers have taken it.
    await expect
      .poll(async () => (await weir.status()).reload)
      .toMatchObject({ ok: true, tls_fault: null, restart: [] });
    expect(await weir.metrics()).toMatch(/^weir_certificate_files_ok 1$/m);
    expect(await weir.metrics()).toMatch(
      /weir_certificate_not_after_seconds\{.*name="second.test"\} /,
    );
    standing.write("GET / HTTP/1.1\r\nHost: first.test\r\n\r\n");
    const [reply] = await new Promise<Buffer[]>((resolve) =>
      standing.once("data", (...all) => resolve(all)),
    );
    expect(String(reply)).toMatch(/^HTTP\/1.1 200 /);
    standing.destroy();
  } finally {
    await weir.stop();
  }
});

test("a Kubernetes secret is swapped again and again under load: each is taken soon, by the admin side, too, and nobody is cut off", async () => {
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const old = "{ cert: old.crt, key: old.key }";
  const https = HTTPS.replace(
    "cert: tls.crt, key: tls.key }",
    `cert: secret/tls.crt, key: secret/tls.key }, ${old}`,
  );
  const away = `{ url: "http://127.0.0.1:9/weir" }`;
  const site = createSite(
    configOf({ upstreams: [url], workers: 2, store: away })
      .replace(/^listen:.*$/m, https)
      .replace(/^admin:.*$/m, ADMIN),
  );
  const at = (name: string): string => join(site.folder, "secret", name);
  // Files are links into ..data, which is a link to a folder of their newest versions.
  const put = (name: string): void => {
    symlinkSync(`..${name}`, at("..data_tmp"));
    renameSync(at("..data_tmp"), at("..data"));
  };
  for (const name of ["v1", "v2", "v3", "v4"]) {
    const { cert, key } = authority.issue(name, { san: `DNS:${name}.test` });
    site.put({
      [`secret/..${name}/tls.crt`]: readFileSync(cert, "utf8"),
      [`secret/..${name}/tls.key`]: readFileSync(key, "utf8"),
    });
  }
  const expired = authority.issue("old", { san: "DNS:old.test", expired: true });
  copyFileSync(expired.cert, join(site.folder, "old.crt"));
  copyFileSync(expired.key, join(site.folder, "old.key"));
  put("v1");
  for (const file of ["tls.crt", "tls.key"]) symlinkSync(`..data/${file}`, at(file));
  const weir = await startWeir(site);
  try {
    const { port } = new URL(/over TLS on +(\S+)/.exec(weir.output())?.[1] ?? "");
    expect(weir.output()).toMatch(/^CERTIFICATE EXPIRED: .*old\.crt, 2020-01-02T/m);
    expect(weir.errors()).toMatch(/"event":"certificate_expired".*old\.crt/);
    const { port: admin } = new URL(weir.admin);
    const tail = await dial(admin);
    let heard = 0;
    tail.on("data", (chunk: Buffer) => (heard += chunk.length));
    tail.write("GET /api/v1/requests/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    const over = new AbortController();
    let answered = 0;
    const load = async (): Promise<void> => {
      while (!over.signal.aborted) {
        expect(await askOnce(port)).toMatch(/^HTTP\/1.1 200 [^]*hello/);
        answered++;
      }
    };
    const loads = [load(), load(), load()];
    for (const name of ["v2", "v3", "v4"]) {
      const before = answered;
      put(name);
      for (const each of [port, admin]) {
        await expect.poll(() => shown(each)).toEqual(new Set([`DNS:${name}.test`]));
      }
      const told = heard;
      await expect.poll(() => answered).toBeGreaterThan(before + 5);
      await expect.poll(() => heard).toBeGreaterThan(told);
      rmSync(at(`..v${Number(name.slice(1)) - 1}`), { recursive: true });
    }
    over.abort();
    await Promise.all(loads);
    expect([tail.destroyed, nameOf(tail)]).toEqual([false, "DNS:v1.test"]);
    expect(await askOnce(admin, "/api/v1/status")).toMatch(/"tls_fault":null,"restart":\[\]/);
    expect(weir.errors()).not.toMatch(/reload_refused/);
  } finally {
    await weir.stop();
  }
});

function dial(port: string): Promise<TLSSocket> {
  const ca = readFileSync(authority.ca, "utf8");
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: "127.0.0.1", port: Number(port), ca, checkServerIdentity: () => undefined },
      () => resolve(socket),
    );
    socket.on("error", reject);
  });
}

/** The reply, over a connection of its own. */
async function askOnce(port: string, path = "/"): Promise<string> {
  const socket = await dial(port);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

function nameOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().subjectaltname ?? "";
}

/** By many connections, so that both workers take some. */
async function shown(port: string): Promise<Set<string>> {
  const sockets = await Promise.all(Array.from({ length: 12 }, () => dial(port)));
  const names = new Set(sockets.map(nameOf));
  for (const socket of sockets) socket.destroy();
  return names;
}
