// The folder of a CA: its certificate and key, opened only if they are sound and nobody else can read the key.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAltNames } from "../core/alt-names.ts";
import { messageOf } from "../core/errors.ts";
import { CaError } from "./ca-error.ts";
import { type Lifetime, lifetimeOf } from "./lifetime.ts";
import { trustDomainFault } from "./spiffe-parts.ts";

export interface Authority extends Lifetime {
  readonly folder: string;
  /** Such as example.org. */
  readonly trustDomain: string;
  readonly certificatePem: string;
  readonly certificate: X509Certificate;
  /** Never leaves this process. */
  readonly key: KeyObject;
}

export const CA_FILES = { certificate: "ca.crt", key: "ca.key", list: "ca.crl" } as const;

const MOST_BYTES = 65_536;
const OTHERS = 0o077;

/** To sign with. @throws CaError that says what is wrong with which file, or with the time */
export function openAuthority(folder: string, nowMs: number): Authority {
  const authority = readAuthority(folder);
  const file = join(folder, CA_FILES.certificate);
  const { validFromDate, validToDate } = authority.certificate;
  if (nowMs < authority.notBeforeMs) {
    throw unusable(file, `is valid from ${validFromDate.toISOString()} on: is the clock right?`);
  }
  if (nowMs >= authority.notAfterMs) {
    throw unusable(file, `has expired (${validToDate.toISOString()}); init another CA`);
  }
  return authority;
}

/** Whatever the time is. @throws CaError that says what is wrong with which file */
export function readAuthority(folder: string): Authority {
  const file = join(folder, CA_FILES.certificate);
  const certificatePem = readSmall(file, folder);
  const certificate = parseCertificate(file, certificatePem);
  const key = parseKey(folder);
  if (!certificate.checkPrivateKey(key)) {
    throw unusable(join(folder, CA_FILES.key), `does not belong to ${file}`);
  }
  const trustDomain = trustDomainOf(file, certificate);
  return { folder, trustDomain, certificatePem, certificate, key, ...lifetimeOf(certificate) };
}

/** Whether it signed this one. */
export function isIssuedBy({ certificate }: Authority, leaf: X509Certificate): boolean {
  return leaf.checkIssued(certificate) && leaf.verify(certificate.publicKey);
}

function parseCertificate(file: string, pem: string): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw unusable(file, "holds no certificate in PEM that can be read");
  }
  if (!certificate.ca) throw unusable(file, "is no certificate of a CA");
  return certificate;
}

function trustDomainOf(file: string, certificate: X509Certificate): string {
  const { uris } = parseAltNames(certificate.subjectAltName ?? "");
  const [, domain = ""] = /^spiffe:\/\/([^/]+)$/.exec(uris[0] ?? "") ?? [];
  if (uris.length !== 1 || trustDomainFault(domain) !== "") {
    throw unusable(file, "names no trust domain: it was not made by weir ca init");
  }
  return domain;
}

function parseKey(folder: string): KeyObject {
  const file = join(folder, CA_FILES.key);
  const pem = readSmall(file, folder, OTHERS);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // OpenSSL's own words could quote what is in it.
    throw unusable(file, "is no private key in PEM");
  }
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw unusable(file, "is no P-256 key");
  return key;
}

/** What is looked at is what is read: nobody swaps the file in between. */
function readSmall(file: string, folder: string, refused = 0): string {
  let handle: number;
  try {
    // A pipe must not hold up the process.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw unusable(file, `can't be read (${messageOf(thrown)})`);
    const message = `there is no CA in ${folder} (no ${file}); make one: weir ca init --trust-domain NAME --dir ${folder}`;
    throw new CaError("unusable_ca", message);
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw unusable(file, "is no file");
    if (stats.size > MOST_BYTES) throw unusable(file, "is too large for what it should be");
    if ((stats.mode & refused) !== 0) {
      const mode = (stats.mode & 0o777).toString(8);
      throw unusable(file, `can be read or changed by others (mode ${mode}); chmod 600 ${file}`);
    }
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

function unusable(file: string, what: string): CaError {
  return new CaError("unusable_ca", `${file} ${what}`);
}
