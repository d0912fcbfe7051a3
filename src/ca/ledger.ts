// What a CA issued and revoked, one file a certificate named by its serial number: no lock is needed, and a rename revokes.
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { commonNameOf } from "../core/common-name.ts";
import { makeFolder } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import type { Lifetime } from "./lifetime.ts";
import type { RevokedSerial } from "./write-certificate.ts";

export interface LedgerEntry extends Lifetime {
  readonly serial: string;
  /** Its common name. */
  readonly name: string;
}

const ISSUED = "issued";
const REVOKED = "revoked";
const PRIVATE_FOLDER = 0o700;
const FILE = /^([0-9a-f]{2,40})\.crt$/;

/** Before the certificate is handed out, so that none is that can't be revoked by name. */
export function noteIssued(folder: string, serial: string, certificate: string): void {
  makeFolder(join(folder, ISSUED), PRIVATE_FOLDER);
  replaceFile(fileOf(folder, ISSUED, serial), certificate, { mode: 0o600 });
}

/** What was issued and has neither been revoked nor expired; what has expired is forgotten. */
export function issuedIn(folder: string, nowMs: number): readonly LedgerEntry[] {
  return serialsIn(folder, ISSUED).flatMap((serial) => {
    const entry = read(fileOf(folder, ISSUED, serial), serial);
    if (entry !== null && entry.notAfterMs > nowMs) return [entry];
    if (entry !== null) rmSync(fileOf(folder, ISSUED, serial), { force: true });
    return [];
  });
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

/** All that a list must name. What has expired is out without one, and forgotten. */
export function revokedIn(folder: string, nowMs: number): readonly RevokedSerial[] {
  return serialsIn(folder, REVOKED).flatMap((serial) => {
    const file = fileOf(folder, REVOKED, serial);
    const entry = read(file, serial);
    // RFC 5280 section 3.3: once more after it expired; a day is more than any clock is off.
    if (entry !== null && entry.notAfterMs + 86_400_000 < nowMs) {
      rmSync(file, { force: true });
      return [];
    }
    return [{ serial, revokedAtMs: Math.floor(statSync(file).mtimeMs / 1000) * 1000 }];
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
      notBeforeMs: certificate.validFromDate.getTime(),
      notAfterMs: certificate.validToDate.getTime(),
    };
  } catch {
    return null;
  }
}
