// What a start would have taken on a machine with nothing else to do: time limits hold for such a one.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Taken {
  readonly wallMs: number;
  /** Without what its threads waited for a processor that others had. */
  readonly quietMs: number;
  /** User and system, of all its threads. */
  readonly processorMs: number;
}

/**
 * For a process that was started `wallMs` ago, and its children, which live. Linux counts for each thread
 * how long it ran and how long it could have run but had to wait (schedstat); elsewhere all are the wall
 * clock. Threads wait side by side, and so do the children, while the process and its children wait for
 * each other: the longest wait of any thread on either side is taken off.
 */
export function timeTaken([pid, ...children]: readonly number[], wallMs: number): Taken {
  const [own, theirs] = [threadsOf(pid ?? 0), children.flatMap(threadsOf)];
  const processorMs = [...own, ...theirs].reduce((sum, { ranMs }) => sum + ranMs, 0);
  if (processorMs === 0) return { wallMs, quietMs: wallMs, processorMs: wallMs };
  return { wallMs, quietMs: wallMs - longestWaitMs(own) - longestWaitMs(theirs), processorMs };
}

function longestWaitMs(threads: readonly Thread[]): number {
  return Math.max(0, ...threads.map(({ waitedMs }) => waitedMs));
}

/** Processor time of a Node that does nothing, on the machine the limits are meant for. */
const BARE_NODE_MS = 27;

/** How many times as long as there work takes here now; at least 1. */
export function slowness(): number {
  const print = "const { user, system } = process.cpuUsage(); (user + system) / 1000";
  const bareMs = [1, 2, 3].map(() => Number(execFileSync(process.execPath, ["-p", print])));
  return Math.max(1, Math.min(...bareMs) / BARE_NODE_MS);
}

export function tell({ wallMs, quietMs, processorMs }: Taken): string {
  const [wall, quiet, processor] = [wallMs, quietMs, processorMs].map(
    (ms) => `${Math.round(ms)} ms`,
  );
  return `${wall} (${quiet} on a quiet machine, ${processor} of processor time)`;
}

interface Thread {
  readonly ranMs: number;
  readonly waitedMs: number;
}

function threadsOf(pid: number): Thread[] {
  try {
    const folder = `/proc/${pid}/task`;
    return readdirSync(folder).map((thread) => {
      const [ranNs = 0, waitedNs = 0] = readFileSync(`${folder}/${thread}/schedstat`, "utf8")
        .split(" ")
        .map(Number);
      return { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6 };
    });
  } catch {
    return [];
  }
}
