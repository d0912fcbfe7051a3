// The users file: a line for each, NAME:HASH[:ROLE,...], read strictly and changed line by line.
import { parsePasswordHash } from "./password-hash.ts";
import { subjectFault } from "./subject.ts";

export interface User {
  readonly name: string;
  /** PHC string. */
  readonly hash: string;
  readonly roles: readonly string[];
}

export interface UsersFault {
  /** 1-based. */
  readonly line: number;
  /** Quotes nothing: a line holds a hash. */
  readonly message: string;
}

export type UsersRead =
  | { readonly ok: true; readonly users: readonly User[] }
  | { readonly ok: false; readonly faults: readonly UsersFault[] };

const MAX_USERS = 10_000;
const ROLE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Blank lines and those that begin with "#" say nothing. */
export function readUsers(text: string): UsersRead {
  const users = new Map<string, User>();
  const faults: UsersFault[] = [];
  for (const [at, content] of linesOf(text).entries()) {
    if (isSilent(content)) continue;
    const user = readUser(content);
    const message = typeof user === "string" ? user : repeated(user, users);
    if (typeof user !== "string") users.set(user.name, user);
    if (message !== "") faults.push({ line: at + 1, message });
  }
  if (users.size > MAX_USERS) faults.push({ line: 1, message: `has more than ${MAX_USERS} users` });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, users: [...users.values()] };
}

/** "" where it may be a user's name (RFC 7617 section 2: no colon); otherwise why it may not. */
export function userNameFault(name: string): string {
  if (name.includes(":")) return "a user's name must not contain a colon";
  if (name.startsWith("#")) return 'a user\'s name must not begin with "#"';
  if (name !== name.normalize("NFC")) return "a user's name must be in Unicode's form NFC";
  return subjectFault(name);
}

/** "" where it may be a role. */
export function roleFault(role: string): string {
  return ROLE.test(role)
    ? ""
    : "a role has letters, digits, _, . and -, begins with one of the first two, and is at most 64 long";
}

/** The text with this user's line in place of the one before, or after the last. */
export function withUser(text: string, user: User): string {
  const line = [user.name, user.hash, ...(user.roles.length > 0 ? [user.roles.join(",")] : [])];
  const lines = linesOf(text);
  const at = lines.findIndex((each) => isOf(user.name, each));
  lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, line.join(":"));
  return textOf(lines);
}

/** The text without this user's line. */
export function withoutUser(text: string, name: string): string {
  return textOf(linesOf(text).filter((line) => !isOf(name, line)));
}

function readUser(line: string): User | string {
  const [name = "", hash = "", roles = "", ...rest] = line.split(":");
  if (hash === "" || rest.length > 0) return "must be NAME:HASH or NAME:HASH:ROLE,ROLE";
  const listed = roles === "" ? [] : roles.split(",");
  const parsed = parsePasswordHash(hash);
  const faults = [
    userNameFault(name),
    typeof parsed === "string" ? parsed : "",
    ...listed.map(roleFault),
  ];
  return faults.find((fault) => fault !== "") ?? { name, hash, roles: listed };
}

function repeated({ name }: User, users: ReadonlyMap<string, User>): string {
  return users.has(name) ? "is the second line of the same user; keep one" : "";
}

/** Without the empty one after the last line end. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function isSilent(line: string): boolean {
  return line.trim() === "" || line.startsWith("#");
}

function isOf(name: string, line: string): boolean {
  return !isSilent(line) && line.startsWith(`${name}:`);
}
