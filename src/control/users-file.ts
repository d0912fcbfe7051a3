// Reads and checks the users file that a config names.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import { statsOf } from "../core/folder.ts";
import { readUsers, type User } from "../identity/users-text.ts";
import { shownFile } from "./named-file.ts";

/** What a users file holds; null where none is configured. */
export interface KnownUsers {
  readonly list: readonly User[];
  /** Of the file's text. */
  readonly revision: string;
}

export type UsersLoad =
  | { readonly ok: true; readonly users: KnownUsers | null }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** 10,000 users with long names and many roles. */
const MAX_BYTES = 4 * 1024 * 1024;
const WRITABLE_BY_ALL = 0o002;

/** Never throws: a file that can't be read is a fault like any other. */
export function loadUsers({ identity }: Pick<Config, "identity">): UsersLoad {
  if (identity.users === null) return { ok: true, users: null };
  const { file } = identity.users;
  const blame = (line: number, message: string): Fault => {
    return { file: shownFile(file), line, keyPath: "identity.users.file", message };
  };
  const text = textOf(file);
  if ("problem" in text) return { ok: false, faults: [blame(1, text.problem)] };
  const read = readUsers(text.value);
  if (!read.ok)
    return { ok: false, faults: read.faults.map((each) => blame(each.line, each.message)) };
  const revision = createHash("sha256").update(text.value).digest("hex");
  return { ok: true, users: { list: read.users, revision } };
}

function textOf(file: string): { readonly value: string } | { readonly problem: string } {
  const stats = statsOf(file);
  if (stats === undefined || !stats.isFile()) {
    return { problem: "is no file; `weir users add NAME` makes one" };
  }
  if (stats.size > MAX_BYTES) return { problem: "is larger than 4 MiB" };
  if ((stats.mode & WRITABLE_BY_ALL) !== 0) {
    return { problem: "can be written by everybody on this machine; chmod 600 it" };
  }
  try {
    return { value: readFileSync(file, "utf8") };
  } catch {
    return { problem: "can't be read; see its owner and mode" };
  }
}
