// Files of certificates broken while weir runs: refused at a start; a reload keeps what they held, and takes all else.
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { type InForce, loadAll } from "../../../src/control/load-all.ts";
import { createReloader, type Reloader } from "../../../src/control/reloader.ts";
import { createLog } from "../../../src/core/log.ts";
import { type Authority, createAuthority, type Pair } from "../../support/certificates.ts";

let authority: Authority;
let first: Pair;
let second: Pair;
let crl: string;
let later: string;
let published: InForce[] = [];
let said: Record<string, unknown>[] = [];

beforeAll(() => {
  authority = createAuthority();
  first = authority.issue("first", { san: "DNS:first.test" });
  second = authority.issue("second", { san: "DNS:second.test" });
  crl = authority.revoke();
  later = authority.revoke(authority.issue("gone", { san: "DNS:gone.test" }));
});
afterAll(() => authority[Symbol.dispose]());

const at = (name: string): string => join(authority.folder, name);
const put = (name: string, text: string): void => writeFileSync(at(name), text);
const half = (file: string): string => readFileSync(file, "utf8").slice(0, 200);
const MODEL = `[request_definition]\nr = sub\n[policy_definition]\np = sub\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub\n`;
const CONFIG = `workers: 1
listen: { http: 127.0.0.1:0, https: { listen: "127.0.0.1:0", certificates: [{ cert: tls.crt, key: tls.key }], client_certificates: { ca: trust.crt, crl: trust.crl } } }
services: { a: { endpoints: ["https://127.0.0.1:1"], tls: { ca: trust.crt, cert: own.crt, key: own.key } } }
routes: [{ name: r, service: a }]
policy: { model: model.conf, rules: rules.csv, request: [identity.subject] }
`;

beforeEach(() => {
  [published, said] = [[], []];
  put("weir.yaml", CONFIG);
  put("model.conf", MODEL);
  put("rules.csv", "p, alice\n");
  copyFileSync(authority.ca, at("trust.crt"));
  copyFileSync(crl, at("trust.crl"));
  for (const name of ["tls", "own"]) putPair(name, first);
});

function putPair(name: string, { cert, key }: Pair): void {
  copyFileSync(cert, at(`${name}.crt`));
  copyFileSync(key, at(`${name}.key`));
}

const load = () => loadConfig(at("weir.yaml"), {});

async function started(): Promise<Reloader> {
  const loaded = await loadAll(load);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return createReloader({
    initial: loaded.next,
    load,
    publish: (next) => {
      published.push(next);
      return Promise.resolve(null);
    },
    log: createLog("info", (line) => said.push(JSON.parse(line) as Record<string, unknown>)),
  });
}

interface Break {
  readonly what: string;
  readonly file: string;
  readonly text: () => string;
  readonly says: RegExp;
}

const breaks: readonly Break[] = [
  {
    what: "a key of the next pair",
    file: "tls.key",
    text: () => readFileSync(second.key, "utf8"),
    says: /certificates\[0\]\.key: does not belong/,
  },
  {
    what: "half a key",
    file: "tls.key",
    text: () => half(first.key),
    says: /certificates\[0\]\.key: is no private key/,
  },
  {
    what: "half a certificate",
    file: "tls.crt",
    text: () => half(first.cert),
    says: /certificates\[0\]\.cert: holds no certificate/,
  },
  { what: "an empty file", file: "own.crt", text: () => "", says: /services\.a\.tls\.cert: holds/ },
  {
    what: "half an authority",
    file: "trust.crt",
    text: () => half(authority.ca),
    says: /client_certificates\.ca: holds no certificate.*\n.*services\.a\.tls\.ca: holds/,
  },
  {
    what: "half a list",
    file: "trust.crl",
    text: () => half(crl),
    says: /client_certificates\.crl: holds no revocation list/,
  },
];

test.each(breaks)("$what: a start is refused, a reload goes on", async ({ file, text, says }) => {
  const reloader = await started();
  const { revision: before } = reloader.current().tls;
  put(file, text());
  appendFileSync(at("rules.csv"), "p, bob\n");
  const result = await reloader.reload();
  expect(result).toMatchObject({ ok: true, fault: null, changed: ["policy"] });
  expect(result.tlsFault).toMatch(says);
  expect(said).toContainEqual(
    expect.objectContaining({ event: "certificates_refused", level: "error" }),
  );
  const { policy, tls } = reloader.current();
  expect([policy?.rules, published.length, tls.revision]).toEqual([2, 1, before]);
  expect(tls.certificates).toHaveLength(5);
  const start = await loadAll(load);
  expect(start).toMatchObject({ ok: false, faults: tls.faults });
});

test("a broken file holds back no other: what is revoked since counts, though the authority can't be read", async () => {
  const reloader = await started();
  put("trust.crt", half(authority.ca));
  copyFileSync(later, at("trust.crl"));
  putPair("own", second);
  expect(await reloader.reload()).toMatchObject({ ok: true, changed: ["tls"] });
  const { clients } = published[0]!.tls.server!;
  expect(clients?.crls.map((each) => each.trim())).toEqual([readFileSync(later, "utf8").trim()]);
  expect(clients?.ca).toBe(readFileSync(authority.ca, "utf8"));
  expect(published[0]!.tls.upstreams["a"]?.cert).toBe(readFileSync(second.cert, "utf8"));
});

test("mended as it was: told, and nothing is swapped; completed: the new pair is in force", async () => {
  const reloader = await started();
  copyFileSync(second.key, at("tls.key"));
  await reloader.reload();
  // Again and again: what was kept is kept on.
  expect((await reloader.reload()).tlsFault).toMatch(/does not belong/);
  copyFileSync(first.key, at("tls.key"));
  expect(await reloader.reload()).toMatchObject({ ok: true, tlsFault: null, changed: [] });
  expect([published.length, said.at(-1)?.["event"]]).toEqual([0, "certificates_mended"]);
  putPair("tls", second);
  expect(await reloader.reload()).toMatchObject({ ok: true, tlsFault: null, changed: ["tls"] });
  expect(published[0]?.tls.server?.pairs[0]?.names).toEqual(["second.test"]);
});

test("a file that the config did not name before has nothing to go on with: all is refused", async () => {
  const reloader = await started();
  put("other.key", half(first.key));
  put("weir.yaml", CONFIG.replace("key: tls.key", "key: other.key"));
  const result = await reloader.reload();
  expect([result.ok, result.tlsFault, published.length]).toEqual([false, null, 0]);
  expect(result.fault).toMatch(/certificates\[0\]\.key: is no private key/);
});
