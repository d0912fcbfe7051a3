// Makes a CA in a folder of its own, and never over one that is there.
import { lstatSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createFile } from "../core/create-file.ts";
import { makeFolder } from "../core/folder.ts";
import { replaceFile } from "../core/replace-file.ts";
import { type Authority, CA_FILES, openAuthority } from "./authority.ts";
import { CaError } from "./ca-error.ts";
import { refreshList } from "./revocation-list.ts";
import { trustDomainFault } from "./spiffe-parts.ts";
import { writeRoot } from "./write-certificate.ts";

/** Ten years. */
const LIFE_MS = 3_652 * 86_400_000;
const BACKDATED_MS = 5 * 60_000;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const PUBLIC_FILE = 0o644;

/**
 * For ten years from `nowMs`, with an empty revocation list. The key comes first, and only where there is none:
 * of two at once, one is refused.
 * @throws CaError, or what the file system throws; then nothing is left behind
 */
export async function createAuthority(
  folder: string,
  trustDomain: string,
  nowMs: number,
): Promise<Authority> {
  const fault = trustDomainFault(trustDomain);
  if (fault !== "") {
    throw new CaError("bad_name", `the trust domain ${JSON.stringify(trustDomain)} ${fault}`);
  }
  makeFolder(folder, PRIVATE_FOLDER);
  checkFolder(folder);
  refuseOther(folder);
  const fromMs = Math.floor(nowMs / 1000) * 1000 - BACKDATED_MS;
  const life = { notBeforeMs: fromMs, notAfterMs: fromMs + LIFE_MS };
  const root = await writeRoot(trustDomain, life);
  const key = join(folder, CA_FILES.key);
  if (!createFile(key, root.key, PRIVATE_FILE)) throw alreadyThere(key);
  try {
    replaceFile(join(folder, CA_FILES.certificate), root.certificate, { mode: PUBLIC_FILE });
    const authority = openAuthority(folder, nowMs);
    await refreshList(authority, nowMs);
    return authority;
  } catch (thrown) {
    // A key that nothing was signed with is no loss.
    for (const name of Object.values(CA_FILES)) rmSync(join(folder, name), { force: true });
    throw thrown;
  }
}

/** Who can write in it can put another CA in place of this one. */
function checkFolder(folder: string): void {
  if ((statSync(folder).mode & 0o022) === 0) return;
  throw new CaError("unusable_folder", `${folder} can be changed by others; chmod 700 ${folder}`);
}

function refuseOther(folder: string): void {
  const there = Object.values(CA_FILES).find((name) => exists(join(folder, name)));
  if (there !== undefined) throw alreadyThere(join(folder, there));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function alreadyThere(file: string): CaError {
  return new CaError(
    "exists",
    `${file} is there already, and is left as it is; name another --dir`,
  );
}
