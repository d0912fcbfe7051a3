// Changes a users file as a whole: whoever reads it sees the old one or the new one, and two changes at once never mix.
import {
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readUsers, type User } from "../../identity/users-text.ts";
import { UsersError } from "./users-error.ts";

/** Hashes are for weir alone. */
const MODE = 0o600;

/** A text and what it says. */
export interface UsersText {
  readonly text: string;
  readonly users: readonly User[];
}

/** Of a file that is not there: nobody. @throws UsersError with all faults of a faulty one. */
export function openUsers(file: string): UsersText {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const read = readUsers(text);
  if (read.ok) return { text, users: read.users };
  const lines = read.faults.map(({ line, message }) => `${file}:${line}: ${message}`);
  throw new UsersError("bad_users_file", lines.join("\n"));
}

/**
 * The new text is written beside the file and then put in its place. That second file is the lock, too.
 * @throws UsersError where `change` does, or another command is at it.
 */
export function editUsers(file: string, change: (before: UsersText) => string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const next = `${target}.new`;
  const handle = openLock(next);
  try {
    const text = change(openUsers(target));
    // As the one before, so that weir can go on reading what somebody else has changed.
    if (existsSync(target)) keepOwner(handle, target);
    writeFileSync(handle, text);
    fsyncSync(handle);
    renameSync(next, target);
  } catch (thrown) {
    rmSync(next, { force: true });
    throw thrown;
  } finally {
    closeSync(handle);
  }
}

function openLock(next: string): number {
  try {
    return openSync(next, "wx", MODE);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    const message = `${next} is there: another weir users is at work; if none is, remove that file`;
    throw new UsersError("locked", message);
  }
}

function keepOwner(handle: number, target: string): void {
  const { uid, gid } = statSync(target);
  if (uid !== process.getuid?.() || gid !== process.getgid?.()) fchownSync(handle, uid, gid);
}
