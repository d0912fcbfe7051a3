// Replaces a small file whole: whoever reads it, also after a crash or a power cut, finds the old text or the new one.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { statsOf } from "./folder.ts";

export interface FileMode {
  /** Permissions, whatever the file had. */
  readonly mode: number;
}

/** Node's own for a new file, less the umask. */
const USUAL_MODE = 0o666;

/**
 * What a link points to is replaced, not the link. A file that is there keeps its owner and, unless
 * `mode` says otherwise, its permissions. Once this returns, the text is on disk under its name.
 * @throws what the file system throws; then the file is as it was.
 */
export function replaceFile(path: string, text: string, wanted?: FileMode): void {
  const before = statsOf(path);
  const target = before === undefined ? path : realpathSync(path);
  // Opened first: what can't be made to last isn't begun.
  const folder = openSync(dirname(target), "r");
  try {
    writeBeside(target, text, { before, mode: wanted?.mode ?? before?.mode });
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

interface Attributes {
  readonly before: Stats | undefined;
  readonly mode: number | undefined;
}

function writeBeside(target: string, text: string, attributes: Attributes): void {
  // By chance, so that what a crash left behind is in nobody's way.
  const fresh = `${target}.${randomBytes(6).toString("hex")}.new`;
  const handle = openSync(fresh, "wx", attributes.mode ?? USUAL_MODE);
  try {
    adopt(handle, attributes);
    writeFileSync(handle, text);
    fsyncSync(handle);
    renameSync(fresh, target);
  } catch (thrown) {
    rmSync(fresh, { force: true });
    throw thrown;
  } finally {
    closeSync(handle);
  }
}

/** The owner first: changing it may take permissions away. */
function adopt(handle: number, { before, mode }: Attributes): void {
  if (before !== undefined && !isOurs(before)) fchownSync(handle, before.uid, before.gid);
  if (mode !== undefined) fchmodSync(handle, mode & 0o7777);
}

function isOurs({ uid, gid }: Stats): boolean {
  return uid === process.getuid?.() && gid === process.getgid?.();
}
