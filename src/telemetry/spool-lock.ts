// One process at a time drains a spool: a lock file that says who has it, and how to tell that he is gone.
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { WeirError } from "../core/errors.ts";
import { isMissing } from "./cut-journal.ts";

export interface SpoolLock {
  readonly release: () => void;
}

const HOLDER = z.object({
  host: z.string(),
  pid: z.number().int().positive(),
  started: z.string(),
});
type Holder = z.infer<typeof HOLDER>;

const TOUCH_EVERY_MS = 5000;
/** A holder on another machine can't be asked; one that stopped touching its lock for so long is gone. */
const FOREIGN_STALE_MS = 30_000;

/** Throws a WeirError naming the holder where a living process has the lock. */
export function acquireSpoolLock(folder: string): SpoolLock {
  const path = join(folder, "lock");
  const me: Holder = { host: hostname(), pid: process.pid, started: startOf(process.pid) ?? "" };
  const mine = `${path}.${me.host}.${String(me.pid)}`;
  const text = JSON.stringify(me);
  writeFileSync(mine, text, { mode: 0o600 });
  try {
    claim(path, mine);
  } finally {
    rmSync(mine, { force: true });
  }
  const touch = setInterval(() => touchIfMine(path, text), TOUCH_EVERY_MS).unref();
  return {
    release: () => {
      clearInterval(touch);
      if (readText(path) === text) rmSync(path, { force: true });
    },
  };
}

/** A hard link is made or not, so of two that try only one has it, whole content and all. */
function claim(path: string, mine: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      linkSync(mine, path);
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const found = readText(path);
    if (found !== undefined) removeIfStale(path, `${mine}.stale`, found);
  }
  throw new WeirError("internal", `${path}: another process keeps taking this lock`);
}

function removeIfStale(path: string, aside: string, found: string): void {
  const holder = HOLDER.safeParse(parse(found)).data;
  if (holder !== undefined && isAlive(holder, path)) {
    throw new WeirError(
      "internal",
      `${path}: the spool is in use by process ${String(holder.pid)} on ${holder.host}; ` +
        "stop it, or give this one another data folder",
    );
  }
  renameSync(path, aside);
  // Somebody may have taken the lock over since it was read: then what was moved is his.
  if (readText(aside) === found) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - statSync(path).mtimeMs < FOREIGN_STALE_MS;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || started === holder.started;
}

/** When a process began, in clock ticks since boot (proc(5), field 22); undefined without /proc. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${String(pid)}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function touchIfMine(path: string, text: string): void {
  if (readText(path) !== text) return;
  const now = new Date();
  utimesSync(path, now, now);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
