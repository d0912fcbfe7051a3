// Certificates of weir's own CA that live for seconds: renewed again and again under requests, and none fails.
import { chmodSync, readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { openAuthority } from "../../src/ca/authority.ts";
import { createAuthority } from "../../src/ca/create-authority.ts";
import { revoke } from "../../src/ca/revocation-list.ts";
import {
  cleanUp,
  configOf,
  createSite,
  exitOf,
  type Site,
  spawnWeir,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { type Asked, issueFrom, startTeller } from "./support/own-ca.ts";

const upstream = await startTeller();

afterAll(() => {
  cleanUp();
  upstream.close();
});

const LISTEN = `listen:
  http: 127.0.0.1:0
  https:
    listen: 127.0.0.1:0
    certificates: [ { cert: weir.crt, key: weir.key } ]
    client_certificates: { ca: ca/ca.crt, crl: ca/ca.crl }
ca: ca`;

type Life = Pick<Asked, "lifeMs" | "ageMs">;

const HOUR: Life = { lifeMs: 3_600_000 };

/** With that life for weir's own certificate. */
async function createCaSite(life: Life): Promise<Site> {
  const store = `{ url: "http://127.0.0.1:9/weir" }`;
  const config = configOf({ upstreams: [upstream.url], workers: 2, store })
    .replace(/^listen:.*$/m, LISTEN)
    .replace("service: all }", "service: all, authenticate: [ certificate ] }");
  const site = createSite(config);
  await createAuthority(join(site.folder, "ca"), "example.org", Date.now());
  await issue(site, "weir", life);
  await issue(site, "client", HOUR);
  return site;
}

function issue(site: Site, name: string, life: Life): Promise<void> {
  return issueFrom(site, { name, dns: "weir.test", out: site, ...life });
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly serial: string;
}

function ask(site: Site, port: string, agent?: Agent): Promise<Answer> {
  const read = (name: string): string => readFileSync(join(site.folder, name), "utf8");
  const pair = { cert: read("client.crt"), key: read("client.key"), ca: read("ca.crt") };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        servername: "weir.test",
        ...pair,
        ...(agent === undefined ? { agent: false } : { agent }),
      },
      (reply) => {
        const serial = (reply.socket as TLSSocket).getPeerCertificate().serialNumber;
        let body = "";
        reply.on("data", (chunk: Buffer) => (body += chunk.toString()));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body, serial }));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

async function renewals(weir: WeirProcess): Promise<number> {
  const found = /^weir_certificate_renewals_total\{outcome="renewed"\} (\d+)$/m;
  return Number(found.exec(await weir.metrics())?.[1]);
}

test("a certificate of a minute and a half is renewed before it ends, twice, and no request fails", async () => {
  const site = await createCaSite(HOUR);
  const weir = await startWeir(site);
  // However long the start took: it has most of a minute left until it ends.
  await issue(site, "weir", { lifeMs: 90_000, ageMs: 46_000 });
  const { port } = new URL(/over TLS on +(\S+)/.exec(weir.output())?.[1] ?? "");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const serials = new Set<string>();
  const statuses = new Set<string>();
  const standing = new Set<string>();
  const endMs = performance.now() + 200_000;
  while ((await renewals(weir)) < 2 && performance.now() < endMs) {
    const { status, body, serial } = await ask(site, port).catch((thrown: unknown) => {
      throw new Error(weir.errors(), { cause: thrown });
    });
    serials.add(serial);
    statuses.add(`${status} ${body}`);
    standing.add((await ask(site, port, agent)).serial);
    await sleep(100);
  }
  expect(statuses).toEqual(new Set(["200 spiffe://example.org/client"]));
  // It is counted a moment before it is shown.
  const seen = async (): Promise<number> => serials.add((await ask(site, port)).serial).size;
  await expect.poll(seen).toBeGreaterThanOrEqual(3);
  // The connection that was there at first is there still.
  expect(standing.size).toBe(1);
  expect(await renewals(weir)).toBe(2);
  expect(await weir.metrics()).toMatch(
    /^weir_certificate_expiry_state\{key="ca",file=".*ca\.crt",name="weir CA example\.org"\} 0$/m,
  );
  expect(weir.errors()).toMatch(/"event":"certificate_renewed"/);
  expect(weir.errors()).not.toMatch(/certificate_not_renewed|reload_refused|PRIVATE/);
  agent.destroy();
  await weir.stop();
});

test("a CA that can't be used any more is told of, tried again, and the certificates' end comes into view", async () => {
  const site = await createCaSite({ lifeMs: 9_000 });
  const weir = await startWeir(site);
  chmodSync(join(site.folder, "ca/ca.key"), 0o644);
  const failed = /^weir_certificate_renewals_total\{outcome="failed"\} ([1-9]\d*)$/m;
  await expect.poll(() => weir.metrics()).toMatch(failed);
  expect(weir.errors()).toMatch(
    /"event":"certificate_not_renewed".*can be read or changed by others/,
  );
  expect(weir.errors()).not.toContain("PRIVATE");
  await expect
    .poll(() => weir.metrics())
    .toMatch(/expiry_state\{key="listen.https.certificates\[0\].cert".*\} 2$/m);
  chmodSync(join(site.folder, "ca/ca.key"), 0o600);
  await expect.poll(() => weir.metrics()).toMatch(/outcome="renewed"\} [1-9]/);
  await weir.stop();
});

test("what the CA revokes is out at once, with weir running", async () => {
  const site = await createCaSite(HOUR);
  const weir = await startWeir(site);
  const { port } = new URL(/over TLS on +(\S+)/.exec(weir.output())?.[1] ?? "");
  expect((await ask(site, port)).status).toBe(200);
  await revoke(openAuthority(join(site.folder, "ca"), Date.now()), "client", Date.now());
  await expect.poll(async () => (await ask(site, port)).status).toBe(401);
  await issue(site, "client", HOUR);
  expect((await ask(site, port)).status).toBe(200);
  await weir.stop();
});

test("a start with a CA whose key others can read is refused", async () => {
  const site = await createCaSite(HOUR);
  chmodSync(join(site.folder, "ca/ca.key"), 0o640);
  const spawned = spawnWeir(["run", "-c", site.file]);
  expect((await exitOf(spawned.child)).code).toBe(2);
  expect(spawned.errors()).toMatch(/ca: .*ca\.key can be read or changed by others/);
});
