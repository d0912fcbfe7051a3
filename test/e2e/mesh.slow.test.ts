// Two weirs with certificates of one CA: the first proves by its own who it is, the second lets in nobody else; all of it renewed meanwhile.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { request } from "node:https";
import { afterAll, expect, test } from "vitest";
import { openAuthority } from "../../src/ca/authority.ts";
import { createAuthority } from "../../src/ca/create-authority.ts";
import { revoke } from "../../src/ca/revocation-list.ts";
import { cleanUp, configOf, createSite, type Site, startWeir } from "../support/weir-process.ts";
import { type Asked, issueFrom, startTeller } from "./support/own-ca.ts";

/** Renewed after two thirds, and then there is time left on a busy machine, too; so old already. */
const SHORT = { lifeMs: 60_000, ageMs: 29_000 };
/** For a start, however long that takes. */
const LONG = { lifeMs: 3_600_000 };
const MODEL = `[request_definition]
r = sub
[policy_definition]
p = sub
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub
`;

const upstream = await startTeller();

afterAll(() => {
  cleanUp();
  upstream.close();
});

const STORE = `{ url: "http://127.0.0.1:9/weir" }`;

/** In front of the service: takes nobody but the other weir. */
function innerConfig(): string {
  const listen = `listen:
  http: 127.0.0.1:0
  https:
    listen: 127.0.0.1:0
    certificates: [ { cert: inner.crt, key: inner.key } ]
    client_certificates: { ca: ca/ca.crt, crl: ca/ca.crl, required: true }
ca: ca`;
  const policy = `policy: { model: model.conf, rules: rules.csv, request: [ identity.subject ] }`;
  return configOf({ upstreams: [upstream.url], workers: 2, store: STORE, more: policy })
    .replace(/^listen:.*$/m, listen)
    .replace(
      /^admin:.*$/m,
      "admin: { listen: 127.0.0.1:0, tls: { cert: admin.crt, key: admin.key } }",
    )
    .replace("service: all }", "service: all, authenticate: [ certificate ] }");
}

/** On the other machine; both have the folder of the CA, so that each renews its own. */
function outerConfig(inner: Site, innerPort: string): string {
  const tls = `tls: { ca: ${inner.folder}/ca/ca.crt, crl: ${inner.folder}/ca/ca.crl, cert: outer.crt, key: outer.key, server_id: "spiffe://example.org/inner" }`;
  return configOf({ upstreams: [`https://127.0.0.1:${innerPort}`], workers: 2, store: STORE })
    .replace("retries: 1", `retries: 0, ${tls}`)
    .concat(`ca: ${inner.folder}/ca\n`);
}

type Life = Pick<Asked, "lifeMs" | "ageMs">;

function issue(inner: Site, asked: Life & Pick<Asked, "name"> & Partial<Asked>): Promise<void> {
  return issueFrom(inner, { dns: "localhost", out: inner, ...asked });
}

function shownSerial(port: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: Number(port), rejectUnauthorized: false });
    socket.on("error", reject).on("secureConnect", () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
  });
}

function statusAs({ folder }: Site, name: string, port: string): Promise<number> {
  const [cert, key] = ["crt", "key"].map((kind) => readFileSync(join(folder, `${name}.${kind}`)));
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, cert, key, rejectUnauthorized: false, agent: false };
    const sent = request(options, (reply) => resolve(reply.resume().statusCode ?? 0));
    sent.on("error", reject).end();
  });
}

test("each renews its own while requests pass both, and none fails; who is not the other is not let in", async () => {
  const innerSite = createSite(innerConfig(), {
    "model.conf": MODEL,
    "rules.csv": "p, spiffe://example.org/outer\n",
  });
  await createAuthority(join(innerSite.folder, "ca"), "example.org", Date.now());
  for (const name of ["inner", "admin", "mallory"]) await issue(innerSite, { name, ...LONG });
  const inner = await startWeir(innerSite);
  const { port } = new URL(/over TLS on +(\S+)/.exec(inner.output())?.[1] ?? "");
  const outerSite = createSite(outerConfig(innerSite, port));
  await issue(innerSite, { name: "outer", out: outerSite, ...LONG });
  const outer = await startWeir(outerSite);
  for (const name of ["inner", "admin"]) await issue(innerSite, { name, ...SHORT });
  await issue(innerSite, { name: "outer", out: outerSite, ...SHORT });

  const { port: adminPort } = new URL(inner.admin);
  const adminSerials = new Set<string>();
  const outcomes = new Map<string, number>();
  const renewed = (): number => outer.errors().match(/"certificate_renewed"/g)?.length ?? 0;
  const deadlineMs = performance.now() + 120_000;
  while (renewed() < 2 && performance.now() < deadlineMs) {
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const reply = await fetch(`${outer.proxy}/orders`);
        return `${reply.status} ${await reply.text()}`;
      }),
    );
    for (const answer of answers) outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
    adminSerials.add(await shownSerial(adminPort));
    await sleep(20);
  }
  expect([...outcomes.keys()]).toEqual(["200 spiffe://example.org/outer"]);
  expect(renewed()).toBe(2);
  expect(adminSerials.size).toBeGreaterThan(1);

  expect(await statusAs(innerSite, "mallory", port)).toBe(403);
  await revoke(openAuthority(join(innerSite.folder, "ca"), Date.now()), "outer", Date.now());
  await expect.poll(async () => (await fetch(outer.proxy)).status).toBe(401);
  await Promise.all([outer.stop(), inner.stop()]);
});
