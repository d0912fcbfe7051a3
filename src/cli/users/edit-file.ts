// Changes a users file as a whole: whoever reads it sees the old one or the new one, and two changes at once never mix.
import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createFile } from "../../core/create-file.ts";
import { replaceFile } from "../../core/replace-file.ts";
import { readUsers, type User } from "../../identity/users-text.ts";
import { CommandError } from "../command-error.ts";

/** Hashes are for weir alone. */
const MODE = 0o600;

/** A text and what it says. */
export interface UsersText {
  readonly text: string;
  readonly users: readonly User[];
}

/** Of a file that is not there: nobody. @throws CommandError with all faults of a faulty one. */
export function openUsers(file: string): UsersText {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const read = readUsers(text);
  if (read.ok) return { text, users: read.users };
  const lines = read.faults.map(({ line, message }) => `${file}:${line}: ${message}`);
  throw new CommandError("bad_users_file", lines.join("\n"));
}

/**
 * Two commands at once would lose what one of them does, so a file beside it says that one is at it.
 * @throws CommandError where `change` does, or another command is at it.
 */
export function editUsers(file: string, change: (before: UsersText) => string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const lock = `${target}.lock`;
  takeLock(lock);
  try {
    replaceFile(target, change(openUsers(target)), { mode: MODE });
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): void {
  if (createFile(lock, "", MODE)) return;
  const message = `${lock} is there: another weir users is at work; if none is, remove that file`;
  throw new CommandError("locked", message);
}
