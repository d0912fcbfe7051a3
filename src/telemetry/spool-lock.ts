// One process at a time drains a spool: a lock that says who has it, and how to tell that the holder is gone.
import {
  lstatSync,
  lutimesSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { WeirError } from "../core/errors.ts";

export interface SpoolLock {
  readonly release: () => void;
}

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** What `startOf` says: tells the process from a later one with the same number. */
  readonly started: string;
}

const TOUCH_EVERY_MS = 5000;
/** A holder on another machine can't be asked; one that stopped touching its lock for so long is gone. */
const FOREIGN_STALE_MS = 30_000;

/**
 * Throws a WeirError naming the holder where a living process has the lock. The lock is a symbolic
 * link that points to its holder's name: made with its content or not at all, even on a full disk.
 */
export function acquireSpoolLock(folder: string): SpoolLock {
  const path = join(folder, "lock");
  const mine = `${String(process.pid)}:${startOf(process.pid) ?? ""}:${hostname()}`;
  claim(path, mine);
  const touch = setInterval(() => touchIfMine(path, mine), TOUCH_EVERY_MS).unref();
  return {
    release: () => {
      clearInterval(touch);
      if (readLock(path) === mine) rmSync(path, { force: true });
    },
  };
}

function claim(path: string, mine: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      symlinkSync(mine, path);
      return;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const found = readLock(path);
    if (found !== undefined) removeIfStale(path, found);
  }
  throw new WeirError("internal", `${path}: another process keeps taking this lock`);
}

function removeIfStale(path: string, found: string): void {
  const holder = parseHolder(found);
  if (holder !== undefined && isAlive(holder, path)) {
    throw new WeirError(
      "internal",
      `${path}: the spool is in use by process ${String(holder.pid)} on ${holder.host}; ` +
        "stop it, or give this one another data folder",
    );
  }
  const aside = `${path}.${String(process.pid)}.stale`;
  renameSync(path, aside);
  // Somebody may have taken the lock over since it was read: then what was moved is theirs.
  if (readLock(aside) === found) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - lstatSync(path).mtimeMs < FOREIGN_STALE_MS;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || started === holder.started;
}

function parseHolder(text: string): Holder | undefined {
  const [, pid, started = "", host = ""] = /^(\d{1,10}):(\d*):(.+)$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), started, host };
}

/** When a process began, in clock ticks since boot (proc(5), field 22); undefined without /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function touchIfMine(path: string, mine: string): void {
  if (readLock(path) !== mine) return;
  const now = new Date();
  lutimesSync(path, now, now);
}

/** Empty where something else than a lock is in its place. */
function readLock(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    return hasCode(error, "ENOENT") ? undefined : "";
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
