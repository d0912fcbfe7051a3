// Reads certificates and keys from files, and says what is wrong with one.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { nextOf } from "../../ca/pair-files.ts";
import type { Fault } from "../../config/fault.ts";
import { parseAltNames } from "../../core/alt-names.ts";
import { commonNameOf } from "../../core/common-name.ts";
import { messageOf } from "../../core/errors.ts";
import type { Expiring } from "../../core/expiry.ts";
import { statsOf } from "../../core/folder.ts";
import { listTimes } from "../../core/list-times.ts";
import type { CertificatePair } from "../../downstream/options.ts";
import { readNamed, shownFile } from "../named-file.ts";

/** A file and the key of the config that names it. */
export interface NamedFile {
  readonly file: string;
  readonly keyPath: string;
}

/** What status and metrics show of a certificate, an authority's certificate or a revocation list. */
export interface CertificateFacts extends Expiring {
  readonly keyPath: string;
  readonly file: string;
  readonly names: readonly string[];
  /** Absolute paths of a certificate and its key; null where weir has no key. */
  readonly pair: { readonly cert: string; readonly key: string } | null;
}

/** Thrown here, told by whoever reads them all. */
export class PemFault extends Error {
  readonly fault: Fault;

  constructor({ file, keyPath }: NamedFile, message: string) {
    super(message);
    this.fault = { file: shownFile(file), line: 1, keyPath, message };
  }
}

/** The authorities of the world fit in; a larger file is a wrong path. */
const MAX_BYTES = 1_048_576;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws PemFault */
function readPem(named: NamedFile): string {
  const { file } = named;
  if ((statsOf(file)?.size ?? 0) > MAX_BYTES) throw new PemFault(named, "is larger than 1 MiB");
  const read = readNamed(file);
  if ("problem" in read) throw new PemFault(named, read.problem);
  return read.text;
}

/** All certificates of a file. @throws PemFault where there is none, or one that can't be read. */
function certificatesOf(named: NamedFile, text: string): X509Certificate[] {
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new PemFault(named, "holds no certificate in PEM");
  try {
    return found.map((each) => new X509Certificate(each));
  } catch {
    throw new PemFault(named, "holds a certificate that can't be read");
  }
}

export function factsOf(named: NamedFile, certificate: X509Certificate): CertificateFacts {
  const { file, keyPath } = named;
  const { dns } = parseAltNames(certificate.subjectAltName ?? "");
  const commonName = commonNameOf(certificate);
  const names = dns.length === 0 && commonName !== "" ? [commonName] : dns;
  return {
    keyPath,
    file: shownFile(file),
    names,
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    isAuthority: certificate.ca,
    pair: null,
  };
}

export interface ReadPair {
  readonly pair: CertificatePair;
  readonly facts: CertificateFacts;
}

/** A certificate with its chain, and its key. @throws PemFault */
export function readPair(cert: NamedFile, key: NamedFile): ReadPair {
  const { pem, leaf, notAfterMs, privateKey } = fitting(cert, key);
  try {
    createSecureContext({ ...pem, ca: pem.cert });
  } catch (thrown) {
    throw new PemFault(cert, `can't be used with its key (${messageOf(thrown)})`);
  }
  const files = { cert: cert.file, key: key.file };
  // One that signed itself may call itself an authority, and is nobody else's.
  const facts = { ...factsOf(cert, leaf), notAfterMs, isAuthority: false, pair: files };
  const keyType = privateKey.asymmetricKeyType ?? "";
  const { dns: names } = parseAltNames(leaf.subjectAltName ?? "");
  return { pair: { ...pem, names, keyType }, facts };
}

interface Fitting {
  readonly pem: { readonly cert: string; readonly key: string };
  readonly leaf: X509Certificate;
  /** When the first of the chain ends, and all of it with it. */
  readonly notAfterMs: number;
  readonly privateKey: KeyObject;
}

/** While weir's CA replaces a pair, and after a crash in the middle of it, the certificate of the new key lies beside the old one. */
function fitting(cert: NamedFile, key: NamedFile): Fitting {
  const keyText = readPem(key);
  const privateKey = keyOf(key, keyText);
  const next = nextOf(cert.file);
  for (const file of [cert.file, ...(statsOf(next)?.isFile() === true ? [next] : [])]) {
    const text = readPem({ ...cert, file });
    const [leaf, ...chain] = certificatesOf(cert, text);
    if (leaf?.checkPrivateKey(privateKey) === true) {
      const notAfterMs = Math.min(endOf(leaf), ...chain.filter(isLink).map(endOf));
      return { pem: { cert: text, key: keyText }, leaf, notAfterMs, privateKey };
    }
  }
  throw new PemFault(key, `does not belong to the certificate in ${shownFile(cert.file)}`);
}

/** Clients have a root of their own: the one in the file is for nobody. */
function isLink({ subject, issuer }: X509Certificate): boolean {
  return subject !== issuer;
}

function endOf(certificate: X509Certificate): number {
  return certificate.validToDate.getTime();
}

const LIST = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;

/** In PEM, one or several. */
export interface ReadList<T> {
  readonly pem: T;
  readonly facts: readonly CertificateFacts[];
}

/** Who vouches for others. @throws PemFault */
export function readAuthorities(named: NamedFile): ReadList<string> {
  const pem = readPem(named);
  return { pem, facts: certificatesOf(named, pem).map((each) => factsOf(named, each)) };
}

/** Nobody is trusted by a list that is out of date, so that is an end like any other. None where it never is. */
function factsOfList({ file, keyPath }: NamedFile, pem: string): readonly CertificateFacts[] {
  const { thisUpdateMs: notBeforeMs = 0, nextUpdateMs: notAfterMs = null } = listTimes(pem) ?? {};
  if (notAfterMs === null) return [];
  const shown = { keyPath, file: shownFile(file), names: [] };
  return [{ ...shown, notBeforeMs, notAfterMs, isAuthority: false, pair: null }];
}

/** What is revoked; a file without a list would revoke nothing. @throws PemFault */
export function readLists(named: NamedFile): ReadList<readonly string[]> {
  const pem = readPem(named).match(LIST) ?? [];
  if (pem.length === 0) throw new PemFault(named, "holds no revocation list in PEM");
  try {
    createSecureContext({ crl: pem, ca: [] });
  } catch {
    throw new PemFault(named, "holds a revocation list that can't be read");
  }
  return { pem, facts: pem.flatMap((each) => factsOfList(named, each)) };
}

function keyOf(named: NamedFile, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw new PemFault(named, "is no private key in PEM, or needs a passphrase");
  }
}
