// Made-up certificates, keys, configs, users files and credentials: refused with a reason or read, soon, and never
// a throw of another kind.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { PemFault, readAuthorities, readLists, readPair } from "../../src/control/tls/pem-files.ts";
import { commonNameOf } from "../../src/core/common-name.ts";
import { parseAltNames } from "../../src/core/alt-names.ts";
import { readBasic } from "../../src/identity/basic-credentials.ts";
import { readUsers } from "../../src/identity/users-text.ts";
import { createAuthority } from "../support/certificates.ts";
import { fuzz, mutated, mutatedBytes } from "./support/fuzz.ts";

const CONFIGS = join(import.meta.dirname, "../fixtures/config");
const SHARE = 1 / 16;

const folder = mkdtempSync(join(tmpdir(), "weir-fuzz-"));
const authority = createAuthority();
afterAll(() => {
  authority[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const pem = {
  ec: authority.issue("ec", { cn: "a.test", san: "DNS:a.test,URI:spiffe://test/a,IP:::1" }),
  rsa: authority.issue("rsa", { cn: "a.test", san: "DNS:*.a.test", keyType: "rsa" }),
};
const text = (file: string): string => readFileSync(file, "latin1");
const certificates = [pem.ec.cert, pem.rsa.cert, authority.ca].map(text);
const keys = [pem.ec.key, pem.rsa.key].map(text);
const lists = [text(authority.revoke(pem.rsa))];

/** Its bytes, and a PEM text of them. */
const toDer = (one: string): string =>
  Buffer.from(one.replaceAll(/-----[^-]*-----|\s/g, ""), "base64").toString("latin1");
const toPem = (der: string, label: string): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der, "latin1").toString("base64")}\n-----END ${label}-----\n`;
/** Broken as a text, or in what the text encodes. */
const brokenPem = (corpus: readonly string[], label: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 1, arbitrary: mutatedBytes(corpus) },
    { weight: 3, arbitrary: mutatedBytes(corpus.map(toDer)).map((der) => toPem(der, label)) },
    { weight: 2, arbitrary: flipped(corpus.map(toDer)).map((der) => toPem(der, label)) },
  );

/** Single bytes changed: the lengths stay, so that more of it is read. */
function flipped(corpus: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(5_000), fc.nat(255));
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([der, changes]) => {
      const bytes = Buffer.from(der, "latin1");
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes.toString("latin1");
    });
}

function written(name: string, content: string): { file: string; keyPath: string } {
  const file = join(folder, name);
  writeFileSync(file, content, "latin1");
  return { file, keyPath: name };
}

/** A fault on one line, or nothing. */
function pemFaultOf(read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(PemFault);
    expect((thrown as PemFault).fault.message).not.toMatch(/[\n\r]|BEGIN/);
  }
}

test("a certificate and its key", () => {
  fuzz(
    fc.tuple(brokenPem([...certificates, ...keys], "CERTIFICATE"), brokenPem(keys, "PRIVATE KEY")),
    ([cert, key]) => {
      pemFaultOf(() => readPair(written("a.crt", cert), written("a.key", key)));
      pemFaultOf(() => readPair(written("b.crt", cert), written("b.key", keys[0]!)));
      pemFaultOf(() => readPair(written("c.crt", certificates[0]!), written("c.key", key)));
    },
    SHARE,
  );
});

test("whom to trust, and what is revoked", () => {
  fuzz(
    fc.tuple(brokenPem(certificates, "CERTIFICATE"), brokenPem(lists, "X509 CRL")),
    ([ca, crl]) => {
      pemFaultOf(() => readAuthorities(written("ca.crt", ca)));
      pemFaultOf(() => readLists(written("ca.crl", crl)));
    },
    SHARE,
  );
});

test("the names of a certificate that somebody made", () => {
  fuzz(
    flipped(certificates.map(toDer)),
    (der) => {
      let certificate: X509Certificate;
      try {
        certificate = new X509Certificate(Buffer.from(der, "latin1"));
      } catch {
        return;
      }
      expect(commonNameOf(certificate)).toBeTypeOf("string");
      expectNames(certificate.subjectAltName ?? "");
    },
    SHARE,
  );
});

test("the text that such names come as", () => {
  const corpus = [
    "DNS:a.test, DNS:*.a.test, URI:spiffe://test/a, IP Address:0:0:0:0:0:0:0:1",
    'DNS:"a.test, URI:spiffe://test/evil", URI:"x\\u0000", othername:<unsupported>',
    'DirName:"CN = a, O = b", email:a@b.test, Registered ID:1.2.3',
  ];
  fuzz(mutated(corpus), expectNames, SHARE);
});

function expectNames(names: string): void {
  const { dns, uris } = parseAltNames(names);
  if (names.includes("\\")) return;
  // No name that the text does not have.
  for (const name of [...dns, ...uris]) {
    const plain = name.replaceAll(/[^\x21-\x7e]|["\\]/g, "");
    if (plain === name) expect(names.toLowerCase()).toContain(name.toLowerCase());
  }
}

test("configs", () => {
  const corpus = readdirSync(CONFIGS).map((name) => text(join(CONFIGS, name)));
  fuzz(
    mutated(corpus),
    (yaml) => {
      const file = join(folder, "weir.yaml");
      // No command of a config is run here.
      writeFileSync(file, yaml.replaceAll("exec", "exce"));
      const read = loadConfig(file, { KEY: "0123456789abcdef0123456789abcdef" });
      if (read.ok) return;
      expect(read.faults.length).toBeGreaterThan(0);
      for (const { line, message } of read.faults) {
        expect(line).toBeGreaterThan(0);
        expect(message).not.toMatch(/\n|0123456789abcdef/);
      }
    },
    SHARE,
  );
});

test("users files", () => {
  const hash =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
  fuzz(
    mutated([`# users\nalice:${hash}:admin,dev\n\nbob:${hash}\n`, "caf\u00e9:x\n", "a:b:c:d\n"]),
    (content) => {
      const read = readUsers(content);
      if (read.ok) return;
      for (const { message } of read.faults)
        expect(message).not.toContain("c2FsdHNhbHRzYWx0c2FsdA");
    },
    SHARE,
  );
});

test("credentials of Basic", () => {
  const plain = mutatedBytes(["alice:secret", "caf\xc3\xa9:p\xc3\xa4ss", ":", "a:b:c"]);
  const fields = fc.oneof(
    mutatedBytes(["Basic YWxpY2U6c2VjcmV0", "basic  YTpi", "BASIC YTo="]),
    plain.map((pair) => `Basic ${Buffer.from(pair, "latin1").toString("base64")}`),
  );
  fuzz(
    fields,
    (field) => {
      const read = readBasic(field);
      if (read === null) return;
      expect(read.name).not.toMatch(/[:\p{Cc}]/u);
      expect(read.name).toBe(read.name.normalize("NFC"));
    },
    SHARE,
  );
});
