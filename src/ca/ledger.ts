// What a CA issued and revoked, one file a certificate named by its serial number: no lock is needed, and a rename revokes.
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { parseAltNames } from "../core/alt-names.ts";
import { commonNameOf } from "../core/common-name.ts";
import { makeFolder, statsOf } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import { type Lifetime, lifetimeOf } from "./lifetime.ts";
import type { RevokedSerial } from "./write-certificate.ts";

export interface LedgerEntry extends Lifetime {
  readonly serial: string;
  /** Its common name. */
  readonly name: string;
  readonly spiffeId: string;
}

export interface LedgerRecord {
  readonly serial: string;
  /** null: revoked by number alone, or it can't be read. */
  readonly entry: LedgerEntry | null;
  readonly revokedAtMs: number | null;
}

const ISSUED = "issued";
const REVOKED = "revoked";
const PRIVATE_FOLDER = 0o700;
const DAY_MS = 86_400_000;
const FILE = /^([0-9a-f]{2,40})\.crt$/;

/** Before the certificate is handed out, so that none is that can't be revoked by name. */
export function noteIssued(folder: string, serial: string, certificate: string): void {
  makeFolder(join(folder, ISSUED), PRIVATE_FOLDER);
  replaceFile(fileOf(folder, ISSUED, serial), certificate, { mode: 0o600 });
}

/** All of it, also what has expired, until it is forgotten. */
export function knownIn(folder: string): readonly LedgerRecord[] {
  return [...recordsIn(folder, ISSUED), ...recordsIn(folder, REVOKED)];
}

export function isRevoked(folder: string, serial: string): boolean {
  return serialsIn(folder, REVOKED).includes(serial);
}

/** Also one that the ledger does not know: that is kept as long as the CA. */
export function noteRevoked(folder: string, serial: string, nowMs: number): void {
  makeFolder(join(folder, REVOKED), PRIVATE_FOLDER);
  const revoked = fileOf(folder, REVOKED, serial);
  try {
    renameSync(fileOf(folder, ISSUED, serial), revoked);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
    if (isRevoked(folder, serial)) return;
    replaceFile(revoked, "", { mode: 0o600 });
  }
  utimesSync(revoked, nowMs / 1000, nowMs / 1000);
}

/** All that a list must name. */
export function revokedIn(folder: string): readonly RevokedSerial[] {
  return recordsIn(folder, REVOKED).flatMap(({ serial, revokedAtMs }) =>
    revokedAtMs === null ? [] : [{ serial, revokedAtMs }],
  );
}

/** What has expired is out without a list; it stays on one once more (RFC 5280 section 3.3): a day is more than any clock is off. */
export function forgetExpired(folder: string, nowMs: number): void {
  for (const { serial, entry, revokedAtMs } of knownIn(folder)) {
    if (entry === null || entry.notAfterMs + DAY_MS > nowMs) continue;
    rmSync(fileOf(folder, revokedAtMs === null ? ISSUED : REVOKED, serial), { force: true });
  }
}

function recordsIn(folder: string, kind: string): readonly LedgerRecord[] {
  return serialsIn(folder, kind).flatMap((serial) => {
    const file = fileOf(folder, kind, serial);
    const changedMs = statsOf(file)?.mtimeMs;
    // Somebody else may have revoked or forgotten it since.
    if (changedMs === undefined) return [];
    const revokedAtMs = kind === REVOKED ? Math.floor(changedMs / 1000) * 1000 : null;
    return [{ serial, entry: read(file, serial), revokedAtMs }];
  });
}

function fileOf(folder: string, kind: string, serial: string): string {
  return join(folder, kind, `${serial}.crt`);
}

function serialsIn(folder: string, kind: string): readonly string[] {
  try {
    const names = readdirSync(join(folder, kind)).sort();
    return names.flatMap((name) => FILE.exec(name)?.[1] ?? []);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw thrown;
  }
}

/** null: nothing that can be read. */
function read(file: string, serial: string): LedgerEntry | null {
  try {
    const certificate = new X509Certificate(readFileSync(file));
    return {
      serial,
      name: commonNameOf(certificate),
      spiffeId: parseAltNames(certificate.subjectAltName ?? "").uris[0] ?? "",
      ...lifetimeOf(certificate),
    };
  } catch {
    return null;
  }
}
