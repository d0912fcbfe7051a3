// Keeps a CA's revocation list as its ledger is: signed anew when something is revoked, and before it is out of date.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { statsOf } from "../core/folder.ts";
import { listTimes } from "../core/list-times.ts";
import { replaceFile } from "../core/replace-file.ts";
import { type Authority, CA_FILES } from "./authority.ts";
import { CaError } from "./ca-error.ts";
import { forgetExpired, knownIn, type LedgerRecord, noteRevoked, revokedIn } from "./ledger.ts";
import { lifetimeAt, renewalMs } from "./lifetime.ts";
import { writeList } from "./write-certificate.ts";

/** Whoever gets no newer list for so long trusts nobody: long enough for a holiday, short enough to matter. */
const LIST_LIFE_MS = 30 * 86_400_000;
/** As long as all that are given here. */
const SERIAL = /^[0-9a-f]{32}$/;

/**
 * All of a name that have not expired, or one by its serial number (hex, colons allowed).
 * @returns the serial numbers, which the list names once this resolves
 * @throws CaError where there is no such certificate
 */
export async function revoke(
  authority: Authority,
  what: string,
  nowMs: number,
): Promise<readonly string[]> {
  const { folder } = authority;
  const known = knownIn(folder).filter(({ entry }) => entry !== null && entry.notAfterMs > nowMs);
  const serials = serialsOf(what, known);
  if (serials.length === 0) {
    const names = known.flatMap(({ entry }) => entry?.name ?? []);
    const shown = [...new Set(names)].slice(0, 10).join(", ");
    const hint = shown === "" ? "it issued none that is valid" : `it issued ${shown}`;
    throw new CaError("bad_name", `the CA in ${folder} knows no ${JSON.stringify(what)}: ${hint}`);
  }
  for (const serial of serials) noteRevoked(folder, serial, nowMs);
  await refreshList(authority, nowMs);
  return serials;
}

/** Of a name all that are out already, where no other is left: the list may lack them, for want of room on the disk. */
function serialsOf(what: string, known: readonly LedgerRecord[]): readonly string[] {
  const named = known.filter(({ entry }) => entry?.name === what);
  const valid = named.filter(({ revokedAtMs }) => revokedAtMs === null);
  const serial = what.toLowerCase().replaceAll(":", "");
  if (named.length === 0) return SERIAL.test(serial) ? [serial] : [];
  return (valid.length > 0 ? valid : named).map((each) => each.serial);
}

/**
 * Signs the list anew. Two at once end with the whole of it: whoever finds the ledger changed since it was read
 * writes again, so the last one written is of what it found last.
 */
export async function refreshList(authority: Authority, nowMs: number): Promise<void> {
  const file = join(authority.folder, CA_FILES.list);
  forgetExpired(authority.folder, nowMs);
  let written: string;
  do {
    const revoked = revokedIn(authority.folder);
    written = JSON.stringify(revoked);
    const life = lifetimeAt(nowMs, LIST_LIFE_MS, authority);
    replaceFile(file, await writeList(authority, revoked, life), { mode: 0o644 });
  } while (JSON.stringify(revokedIn(authority.folder)) !== written);
}

/** When that is to be done; in the past where the list is missing or can't be read. */
export function listDueMs({ folder }: Authority): number {
  const file = join(folder, CA_FILES.list);
  const times = statsOf(file)?.isFile() === true ? listTimes(readFileSync(file, "utf8")) : null;
  if (times === null || times.nextUpdateMs === null) return 0;
  return renewalMs({ notBeforeMs: times.thisUpdateMs, notAfterMs: times.nextUpdateMs }, 0);
}
