// Client certificates below an intermediate authority: each link is looked at, and each authority's revocation list.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { X509Certificate } from "@peculiar/x509";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadX509 } from "../../src/ca/x509.ts";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";

const x509 = await loadX509();
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "weir-chains-"));
const notBefore = new Date(Date.now() - DAY_MS);
const notAfter = new Date(Date.now() + DAY_MS);
let server: Authority;
let serverPair: Pair;
let upstream: Server;

type Keys = Awaited<ReturnType<typeof newKeys>>;

const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

interface Link {
  readonly certificate: X509Certificate;
  readonly keys: Keys;
}

let serial = 0;

interface Rank {
  readonly isAuthority: boolean;
  readonly below?: number | undefined;
}

async function link(name: string, issuer: Link | null, { isAuthority, below }: Rank) {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `0${++serial}`,
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(isAuthority, below, true)],
  });
  return { certificate, keys };
}

async function listOf({ certificate, keys }: Link, revoked: readonly Link[]): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: certificate.subject,
    thisUpdate: notBefore,
    nextUpdate: notAfter,
    entries: revoked.map((each) => ({
      serialNumber: each.certificate.serialNumber,
      revocationDate: notBefore,
      reason: x509.X509CrlReason.privilegeWithdrawn,
    })),
    signingAlgorithm: ALGORITHM,
    signingKey: keys.privateKey,
  });
  return list.toString("pem").replaceAll(" CRL-----", " X509 CRL-----");
}

interface Chain {
  readonly root: Link;
  readonly middle: Link;
  readonly leaf: Link;
}

interface Case {
  readonly what: string;
  /** How many authorities may stand below the root. */
  readonly below?: number;
  readonly middleIsAuthority?: boolean;
  readonly lists: (chain: Chain) => readonly Promise<string>[];
  readonly outcome: string;
}

const bothLists = ({ root, middle }: Chain): Promise<string>[] => [
  listOf(root, []),
  listOf(middle, []),
];
const CASES: readonly Case[] = [
  { what: "a sound chain", lists: bothLists, outcome: "ok" },
  {
    what: "the leaf is revoked",
    lists: ({ root, middle, leaf }) => [listOf(root, []), listOf(middle, [leaf])],
    outcome: "revoked_certificate",
  },
  {
    what: "the intermediate is revoked",
    lists: ({ root, middle }) => [listOf(root, [middle]), listOf(middle, [])],
    outcome: "revoked_certificate",
  },
  {
    what: "no list of the intermediate",
    lists: ({ root }) => [listOf(root, [])],
    outcome: "untrusted_certificate",
  },
  {
    what: "no list of the root",
    lists: ({ middle }) => [listOf(middle, [])],
    outcome: "untrusted_certificate",
  },
  {
    what: "more authorities than the root allows",
    below: 0,
    lists: bothLists,
    outcome: "untrusted_certificate",
  },
  {
    what: "an intermediate that is no authority",
    middleIsAuthority: false,
    lists: bothLists,
    outcome: "untrusted_certificate",
  },
];

beforeAll(async () => {
  server = createAuthority();
  serverPair = server.issue("server", { san: "DNS:weir.test" });
  upstream = createServer((_, reply) => void reply.end());
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  upstream.close();
  server[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function statusFor({ httpsPort: port }: TestProxy, { middle, leaf }: Chain): Promise<number> {
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", leaf.keys.privateKey));
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.toString("base64")}\n-----END PRIVATE KEY-----\n`;
  const chain = [leaf, middle].map(({ certificate }) => certificate.toString("pem")).join("\n");
  const to = { port, host: "127.0.0.1", servername: "weir.test", agent: false } as const;
  const ca = readFileSync(server.ca);
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, ca, cert: chain, key: pem }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}

test.each(CASES)("$what: $outcome", async ({ below, middleIsAuthority = true, lists, outcome }) => {
  const root = await link("Root", null, { isAuthority: true, below });
  const middle = await link("Intermediate", root, { isAuthority: middleIsAuthority });
  const chain = { root, middle, leaf: await link("alice", middle, { isAuthority: false }) };
  const ca = join(folder, `${serial}.crt`);
  writeFileSync(ca, root.certificate.toString("pem"));
  const crl = join(folder, `${serial}.crl`);
  writeFileSync(crl, `${(await Promise.all(lists(chain))).join("\n")}\n`);
  const https = {
    listen: "127.0.0.1:0",
    certificates: [serverPair],
    client_certificates: { ca, crl },
  };
  await using proxy = await startProxy({
    upstreams: [`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`],
    config: {
      listen: { http: "127.0.0.1:0", https },
      routes: [{ name: "all", service: "app", authenticate: ["certificate"] }],
    },
  });
  expect(await statusFor(proxy, chain)).toBe(outcome === "ok" ? 200 : 401);
  expect((await proxy.row(0)).authOutcome).toBe(outcome);
});
