// Makes sure that no other process has the store's folder open: ends an orphan, respects a neighbour.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A child ends with its parent; what is still there after this hangs in the engine. */
const LEAVE_MS = 3000;
const POLL_MS = 50;

interface Claim {
  readonly pid: number;
  readonly parent: number;
}

/** Written by the child itself, before it opens the engine. */
export function writeClaim(folder: string): void {
  writeFileSync(fileOf(folder), JSON.stringify({ pid: process.pid, parent: process.ppid }));
}

/** Before a first start. Throws where a living weir owns the folder. */
export async function clearFolder(folder: string): Promise<void> {
  const claim = readClaim(folder);
  if (claim === null || claim.pid === process.pid) return;
  const deadlineMs = Date.now() + LEAVE_MS;
  while (isStore(claim.pid, folder)) {
    if (parentOf(claim.pid) === claim.parent) {
      throw new Error(`${folder} is in use by another weir (process ${claim.parent})`);
    }
    if (Date.now() > deadlineMs) kill(claim.pid);
    await sleep(POLL_MS);
  }
  rmSync(fileOf(folder), { force: true });
}

function fileOf(folder: string): string {
  return join(folder, "child.json");
}

function readClaim(folder: string): Claim | null {
  try {
    return JSON.parse(readFileSync(fileOf(folder), "utf8")) as Claim;
  } catch {
    // None was left, or half of one: then the engine's own lock decides.
    return null;
  }
}

/** Whether a process id still is a store child on this folder, and not a later process's. */
function isStore(pid: number, folder: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.includes(folder);
  } catch {
    // Gone; or no /proc on this platform, where the engine's own lock decides.
    return false;
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself in between.
  }
}
