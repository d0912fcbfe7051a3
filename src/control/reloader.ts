// Replaces config and policy while running: everything is checked first, then all workers swap.
import type { Config } from "../config/config.ts";
import { formatFaults } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { type InForce, type Loaded, loadAll } from "./load-all.ts";
import { sayOfShadow, shadowFaultOf } from "./shadow-policy.ts";

export interface ReloadResult {
  readonly atMs: number;
  readonly ok: boolean;
  /** Every fault, one a line; null when it went well. */
  readonly fault: string | null;
  /** Of the candidate policy alone, which nothing else depends on; null while it is sound. */
  readonly shadowFault: string | null;
  /** Keys that differ from what the process began with, so wait for a restart. */
  readonly restart: readonly string[];
}

export interface Reloader {
  readonly current: () => InForce;
  /** The newest try; null before the first. */
  readonly last: () => ReloadResult | null;
  /** Tries run one after the other, and whoever asks while one has yet to begin gets that one; never rejects. */
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
type Fixed = (typeof NEEDS_RESTART)[number];

export function createReloader(parts: ReloaderParts): Reloader {
  const attempts = new Attempts(parts);
  let queue: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadResult> | null = null;
  const begin = (): Promise<ReloadResult> => {
    waiting = null;
    return attempts.next();
  };
  return {
    current: () => attempts.current,
    last: () => attempts.last,
    reload: () => {
      waiting ??= queue.then(begin);
      queue = waiting;
      return waiting;
    },
  };
}

class Attempts {
  readonly #parts: ReloaderParts;
  current: InForce;
  last: ReloadResult | null = null;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.current = parts.initial;
  }

  async next(): Promise<ReloadResult> {
    try {
      return await this.#try();
    } catch (thrown) {
      return this.#refused(messageOf(thrown));
    }
  }

  async #try(): Promise<ReloadResult> {
    const { load, look, publish } = this.#parts;
    const loaded = await loadAll(load, this.current);
    look?.(filesOf(loaded, this.current));
    if (!loaded.ok) return this.#refused(formatFaults(loaded.faults));
    const { next } = loaded;
    if (this.last?.ok !== false && isSame(this.current, next)) return this.#unchanged(next);
    const fault = await publish(next);
    return fault === null ? this.#accepted(next) : this.#refused(fault);
  }

  /** All but what is wrong with the candidate's files. */
  #unchanged({ shadow: newest }: InForce): ReloadResult {
    const { shadow } = this.current;
    if (shadow !== null) {
      const faults = newest?.faults ?? [];
      this.current = { ...this.current, shadow: { ...shadow, faults } };
      sayOfShadow(this.#parts.log, { before: shadow, after: this.current.shadow });
    }
    return this.#ended(null);
  }

  #accepted(next: InForce): ReloadResult {
    const before = this.current.shadow;
    this.current = next;
    const result = this.#ended(null);
    const { revision: config, policy, shadow } = next;
    const revisions = { config, policy: policy?.revision, shadow: shadow?.policy?.revision };
    this.#parts.log.info("reloaded", { ...revisions, restart: result.restart });
    sayOfShadow(this.#parts.log, { before, after: shadow });
    return result;
  }

  #refused(fault: string): ReloadResult {
    this.#parts.log.error("reload_refused", { fault, kept: this.current.revision });
    return this.#ended(fault);
  }

  #ended(fault: string | null): ReloadResult {
    const { config, shadow } = this.current;
    // Seen from the start, not from the reload before: that one's wait goes on, and what is taken back ends it.
    const restart = changedKeys(this.#parts.initial.config, config);
    this.last = {
      atMs: Date.now(),
      ok: fault === null,
      fault,
      shadowFault: shadowFaultOf(shadow),
      restart,
    };
    return this.last;
  }
}

/** After a refusal those of what was refused as well: a change to one of them may be the remedy. */
function filesOf(loaded: Loaded, current: InForce): readonly string[] {
  if (loaded.ok) return loaded.next.files;
  return [...new Set([...current.files, ...(loaded.files ?? [])])];
}

/** A file that was touched, or saved as it was: nothing to swap. */
function isSame(before: InForce, after: InForce): boolean {
  const [one, other] = [before, after].map(revisionsOf);
  return String(one) === String(other);
}

function revisionsOf(inForce: InForce): readonly unknown[] {
  const { revision, policy, shadow, authzen, tls, users, roles } = inForce;
  const policies = [policy?.revision, shadow?.policy?.revision, authzen?.revision];
  return [revision, ...policies, tls.revision, users?.revision, roles.snapshot.revision];
}

/** Certificates change while their listener stays, and so does who is let in by them or by tokens. */
function fixedOf({ listen, admin, ...rest }: Config): Record<Fixed, unknown> {
  const https = listen.https && {
    ...listen.https,
    certificates: [],
    client_certificates: null,
    min_version: "1.2" as const,
  };
  const { tls } = admin;
  const fixed = { listen: admin.listen, tls: tls && tls.client_certificates !== null };
  return { ...rest, listen: { ...listen, https }, admin: fixed };
}

function changedKeys(before: Config, after: Config): string[] {
  const fixed = [before, after].map(fixedOf);
  return NEEDS_RESTART.filter((key) => {
    const [one, other] = fixed.map((each) => JSON.stringify(each[key]));
    return one !== other;
  });
}
