// Issues a certificate with a key of its own, and writes both and the CA's certificate into a folder.
import { X509Certificate } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, statsOf } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import { type Authority, CA_FILES, isIssuedBy } from "./authority.ts";
import { CaError } from "./ca-error.ts";
import type { LeafNames } from "./leaf-names.ts";
import { noteIssued } from "./ledger.ts";
import { type Lifetime, lifetimeAt, SHORTEST_LIFE_MS } from "./lifetime.ts";
import { checkOutFolder, type PairFiles, replacePair } from "./pair-files.ts";
import { type Issued, writeLeaf } from "./write-certificate.ts";

export interface LeafIssue extends Lifetime, PairFiles {
  readonly names: LeafNames;
  readonly serial: string;
  /** Path of the CA's certificate beside them. */
  readonly ca: string;
}

/** Signed and noted; nothing else is written yet. @throws CaError where it would be over at once */
export async function issueLeaf(
  authority: Authority,
  names: LeafNames,
  life: Lifetime,
): Promise<Issued> {
  if (life.notAfterMs - life.notBeforeMs < SHORTEST_LIFE_MS) {
    const until = new Date(authority.notAfterMs).toISOString();
    throw new CaError("unusable_ca", `the CA ends ${until}: nothing can be issued any more`);
  }
  const issued = await writeLeaf(authority, names, life);
  noteIssued(authority.folder, issued.serial, issued.certificate);
  return issued;
}

export interface IssueOptions {
  readonly names: LeafNames;
  readonly lifeMs: number;
  /** Where NAME.crt, NAME.key and ca.crt go; made if it is not there. */
  readonly out: string;
  readonly nowMs: number;
}

/** @throws CaError, or what the file system throws */
export async function issueInto(
  authority: Authority,
  { names, lifeMs, out, nowMs }: IssueOptions,
): Promise<LeafIssue> {
  const files = { cert: join(out, `${names.name}.crt`), key: join(out, `${names.name}.key`) };
  const ca = join(out, CA_FILES.certificate);
  makeFolder(out, 0o755);
  checkOutFolder(out);
  for (const file of [files.cert, files.key, ca]) refuseLink(file);
  refuseForeign(authority, files.cert, files.key);
  refuseOtherCa(authority, ca);
  const life = lifetimeAt(nowMs, lifeMs, authority);
  const issued = await issueLeaf(authority, names, life);
  replacePair(files, issued, nowMs);
  if (statsOf(ca) === undefined) replaceFile(ca, authority.certificatePem, { mode: 0o644 });
  return { ...life, ...files, names, serial: issued.serial, ca };
}

/** A key must not end up where somebody else's link points to. */
function refuseLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new CaError("exists", `${file} is a link; remove it, or name another folder: --out`);
}

/** A key that somebody else made may have no copy. */
function refuseForeign(authority: Authority, cert: string, key: string): void {
  const isOurs = statsOf(cert) === undefined ? statsOf(key) === undefined : isFrom(authority, cert);
  if (isOurs) return;
  const message = `${cert} or its key is there, and not from this CA; remove them, or name another folder: --out`;
  throw new CaError("exists", message);
}

function isFrom(authority: Authority, cert: string): boolean {
  try {
    return isIssuedBy(authority, new X509Certificate(readFileSync(cert)));
  } catch {
    return false;
  }
}

function refuseOtherCa({ certificatePem }: Authority, ca: string): void {
  if (statsOf(ca) === undefined || readFileSync(ca, "utf8") === certificatePem) return;
  throw new CaError("exists", `${ca} is another CA's; remove it, or name another folder: --out`);
}
