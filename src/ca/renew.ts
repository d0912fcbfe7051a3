// Renews a certificate that this CA issued: the same names and length of life, a new key.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseAltNames } from "../core/alt-names.ts";
import { commonNameOf } from "../core/common-name.ts";
import { messageOf } from "../core/errors.ts";
import { type Authority, isIssuedBy } from "./authority.ts";
import { CaError } from "./ca-error.ts";
import { issueLeaf } from "./issue.ts";
import { type LeafNames, leafNames } from "./leaf-names.ts";
import { isRevoked } from "./ledger.ts";
import { type Lifetime, lifetimeAt, lifetimeOf, renewalMs } from "./lifetime.ts";
import { mendingMs, type PairFiles, replacePair } from "./pair-files.ts";
import { spiffeId } from "./spiffe-parts.ts";

export interface RenewablePair extends Lifetime {
  readonly files: PairFiles;
  readonly certificate: X509Certificate;
  /** From when on it is to be renewed; soon where the key does not fit. */
  readonly dueMs: number;
}

/** null: another CA's, which is for others to renew. @throws CaError where it can't be read */
export function renewablePair(authority: Authority, files: PairFiles): RenewablePair | null {
  const certificate = readCertificate(files.cert);
  if (!isIssuedBy(authority, certificate)) return null;
  const life = lifetimeOf(certificate);
  const dueMs = Math.min(renewalMs(life, chanceOf(certificate)), mendingMs(files));
  return { ...life, files, certificate, dueMs };
}

/** Serial numbers are random: the same certificate always has the same chance. */
function chanceOf({ serialNumber }: X509Certificate): number {
  return Number.parseInt(serialNumber.slice(-8), 16) / 2 ** 32;
}

/** @throws CaError where it was revoked, or names what this CA would not issue; what the file system throws */
export async function renewPair(
  authority: Authority,
  pair: RenewablePair,
  nowMs: number,
): Promise<Lifetime> {
  const { files, certificate, notBeforeMs, notAfterMs } = pair;
  const serial = certificate.serialNumber.toLowerCase();
  if (isRevoked(authority.folder, serial)) {
    throw new CaError("revoked", `${files.cert} is revoked; issue another: weir ca issue`);
  }
  const names = namesOf(authority, certificate);
  const life = lifetimeAt(nowMs, notAfterMs - notBeforeMs, authority);
  replacePair(files, await issueLeaf(authority, names, life), nowMs);
  return life;
}

function namesOf({ trustDomain }: Authority, certificate: X509Certificate): LeafNames {
  const { uris, dns, ips } = parseAltNames(certificate.subjectAltName ?? "");
  const [uri = ""] = uris;
  const own = spiffeId(trustDomain);
  const spiffePath = uri.startsWith(`${own}/`) ? uri.slice(own.length) : uri;
  const name = commonNameOf(certificate);
  return leafNames({ name, spiffePath, dns, ips }, trustDomain);
}

function readCertificate(file: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(file));
  } catch (thrown) {
    throw new CaError(
      "unusable_certificate",
      `${file} can't be read (${messageOf(thrown)})`,
      thrown,
    );
  }
}
