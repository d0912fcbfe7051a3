// Makes keys and signs certificates and revocation lists: ECDSA with P-256 and SHA-256, profiles by X509-SVID and RFC 5280.
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import type { Authority } from "./authority.ts";
import { derInteger, permittedUriHost } from "./der.ts";
import type { LeafNames } from "./leaf-names.ts";
import type { Lifetime } from "./lifetime.ts";
import { spiffeId } from "./spiffe-parts.ts";
import { loadX509, type X509 } from "./x509.ts";

/** PEM, the key in PKCS #8. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
  /** Hex in lower case. */
  readonly serial: string;
}

/** A serial number that a list names, and since when. */
export interface RevokedSerial {
  readonly serial: string;
  readonly revokedAtMs: number;
}

type Keys = webcrypto.CryptoKeyPair;

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const SERIAL_BYTES = 16;
const NAME_CONSTRAINTS = "2.5.29.30";
const CRL_NUMBER = "2.5.29.20";

/** A root that signs leaves only, and none whose URI is of another trust domain. */
export async function writeRoot(trustDomain: string, life: Lifetime): Promise<Issued> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const serial = newSerial();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    name: [{ CN: [`weir CA ${trustDomain}`.slice(0, 64)] }],
    ...timesOf(life),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, permittedUriHost(trustDomain)),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: spiffeId(trustDomain) }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: privatePem(keys), serial };
}

/** For servers and clients alike, with a key of its own. */
export async function writeLeaf(
  authority: Authority,
  names: LeafNames,
  life: Lifetime,
): Promise<Issued> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const serial = newSerial();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [names.name] }],
    issuer: issuer.subjectName,
    ...timesOf(life),
    signingAlgorithm: ECDSA,
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      altNames(x509, names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: privatePem(keys), serial };
}

/** A whole list (RFC 5280 section 5), numbered by its time. */
export async function writeList(
  authority: Authority,
  revoked: readonly RevokedSerial[],
  life: Lifetime,
): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const { notBefore: thisUpdate, notAfter: nextUpdate } = timesOf(life);
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate,
    nextUpdate,
    signingAlgorithm: ECDSA,
    signingKey: await signingKey(authority),
    entries: revoked.map(({ serial, revokedAtMs }) => ({
      serialNumber: serial,
      revocationDate: new Date(revokedAtMs),
      // Without one the library writes an empty list of extensions, which is no DER of RFC 5280.
      reason: x509.X509CrlReason.privilegeWithdrawn,
    })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.Extension(CRL_NUMBER, false, derInteger(Date.now())),
    ],
  });
  // The library's own PEM bears a label that OpenSSL does not know.
  return `${x509.PemConverter.encode(list.rawData, "X509 CRL").trimEnd()}\n`;
}

function altNames({ SubjectAlternativeNameExtension }: X509, { spiffeId, dns, ips }: LeafNames) {
  return new SubjectAlternativeNameExtension([
    { type: "url", value: spiffeId },
    ...dns.map((value) => ({ type: "dns" as const, value })),
    ...ips.map((value) => ({ type: "ip" as const, value })),
  ]);
}

function timesOf({ notBeforeMs, notAfterMs }: Lifetime) {
  return { notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) };
}

/** Positive, of full length: the first bit is 0, the second 1. */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function newKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
}

function signingKey({ key }: Authority): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, ECDSA, false, ["sign"]);
}

function privatePem({ privateKey }: Keys): string {
  return KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }).toString();
}

function pemOf(signed: { readonly toString: (format: "pem") => string }): string {
  return `${signed.toString("pem").trimEnd()}\n`;
}
