// Replaces config and policy while running: everything is checked first, then all workers swap.
import type { Config } from "../config/config.ts";
import { formatFault } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import type { Log } from "../core/log.ts";
import { type InForce, type Loaded, loadAll } from "./load-all.ts";

export interface ReloadResult {
  readonly atMs: number;
  readonly ok: boolean;
  /** Every fault, one a line; null when it went well. */
  readonly fault: string | null;
  /** Keys that differ from what the process began with, so wait for a restart. */
  readonly restart: readonly string[];
}

export interface Reloader {
  readonly current: () => InForce;
  /** The newest try; null before the first. */
  readonly last: () => ReloadResult | null;
  /** Tries run one after the other; never rejects. */
  readonly reload: () => Promise<ReloadResult>;
}

export interface ReloaderParts {
  readonly initial: InForce;
  readonly load: ConfigLoader;
  /** Gives the config to whoever holds it; a fault where one could not take it. */
  readonly publish: (next: InForce) => Promise<string | null>;
  /** Told after each try which files to look at from now on. */
  readonly look?: (files: readonly string[]) => void;
  readonly log: Log;
}

/** Fixed while the process lives: sockets, threads and folders hang on them. */
const NEEDS_RESTART = ["listen", "admin", "data", "workers", "store"] as const;

export function createReloader(parts: ReloaderParts): Reloader {
  let current = parts.initial;
  let last: ReloadResult | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const attempt = async (): Promise<ReloadResult> => {
    const loaded = await loadAll(parts.load);
    parts.look?.(filesOf(loaded, current));
    if (!loaded.ok) return refused(loaded.faults.map(formatFault).join("\n"));
    if (last?.ok !== false && isSame(current, loaded.next)) {
      return (last = outcome(null, waiting(loaded.next)));
    }
    const fault = await parts.publish(loaded.next);
    return fault === null ? accepted(loaded.next) : refused(fault);
  };
  // Seen from the start, not from the reload before: that one's wait goes on, and what is taken back ends it.
  const waiting = (next: InForce): string[] => changedKeys(parts.initial.config, next.config);
  const accepted = (next: InForce): ReloadResult => {
    const restart = waiting(next);
    current = next;
    last = outcome(null, restart);
    const { revision: config, policy } = next;
    parts.log.info("reloaded", { config, policy: policy?.revision, restart });
    return last;
  };
  const refused = (fault: string): ReloadResult => {
    last = outcome(fault, waiting(current));
    parts.log.error("reload_refused", { fault, kept: current.revision });
    return last;
  };
  return {
    current: () => current,
    last: () => last,
    reload: () => {
      const result = queue.then(attempt);
      queue = result;
      return result;
    },
  };
}

/** After a refusal those of what was refused as well: a change to one of them may be the remedy. */
function filesOf(loaded: Loaded, current: InForce): readonly string[] {
  if (loaded.ok) return loaded.next.files;
  return [...new Set([...current.files, ...(loaded.files ?? [])])];
}

function outcome(fault: string | null, restart: readonly string[]): ReloadResult {
  return { atMs: Date.now(), ok: fault === null, fault, restart };
}

/** A file that was touched, or saved as it was: nothing to swap and nothing to say. */
function isSame(before: InForce, after: InForce): boolean {
  return before.revision === after.revision && before.policy?.revision === after.policy?.revision;
}

function changedKeys(before: Config, after: Config): string[] {
  return NEEDS_RESTART.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
