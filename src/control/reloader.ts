// Replaces config and policy while running: everything is checked first, then all workers swap.
import type { Config } from "../config/config.ts";
import { formatFaults } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { type InForce, type Loaded, loadAll, sayOfOpenSecrets } from "./load-all.ts";
import { asFilesSay, asRolledBack } from "./policy/rolled-back.ts";
import { loadTls } from "./tls/tls-files.ts";
import { sayOfShadow, shadowFaultOf } from "./policy/shadow-policy.ts";
import { sayOfTls, tlsFaultOf } from "./tls/tls-faults.ts";

export interface ReloadResult {
  readonly atMs: number;
  readonly ok: boolean;
  /** Every fault, one a line; null when it went well. */
  readonly fault: string | null;
  /** Of the candidate policy alone, which nothing else depends on; null while it is sound. */
  readonly shadowFault: string | null;
  /** Of files of certificates, which are used as they were before; null while all are sound. */
  readonly tlsFault: string | null;
  /** Keys that differ from what the process began with, so wait for a restart. */
  readonly restart: readonly string[];
  /** Who asked for it, each once. */
  readonly causes: readonly ReloadCause[];
  /** Revision of the config that was in force before. */
  readonly before: string;
  /** Of the config that is in force now. */
  readonly after: string;
  /** What came into force: "config", "policy", "shadow", "authzen", "tls", "users" or "roles". */
  readonly changed: readonly string[];
}

/** A change of a watched file, SIGHUP, weir's own CA, or somebody at the admin API. */
export type ReloadCause = "files" | "signal" | "renewal" | "api";

export interface Reloader {
  readonly current: () => InForce;
  /** The newest try; null before the first. */
  readonly last: () => ReloadResult | null;
  /** Tries run one after the other, and whoever asks while one has yet to begin gets that one; never rejects. */
  readonly reload: (cause?: ReloadCause) => Promise<ReloadResult>;
  /** Gives what is in force to the workers again, between two tries: weights that come beside the config changed. */
  readonly renew: () => Promise<void>;
  /**
   * Puts what `make` makes of what is in force into force, between two tries. Rejects with what it throws, or
   * with Error where the workers can't take it, once it is undone.
   */
  readonly change: (make: Make, undo: (before: InForce) => void) => Promise<void>;
}

type Make = (current: InForce) => Promise<InForce>;

export interface ReloaderParts {
  readonly initial: InForce;
  readonly load: ConfigLoader;
  /** Gives the config to whoever holds it; a fault where one could not take it. */
  readonly publish: (next: InForce) => Promise<string | null>;
  /** Gives it to the workers alone. */
  readonly swap?: (next: InForce) => Promise<string | null>;
  /** Told after each try which files to look at from now on. */
  readonly look?: (files: readonly string[]) => void;
  /** Told of each try once it is over. */
  readonly ended?: (result: ReloadResult) => void;
  readonly log: Log;
}

/** Fixed while the process lives: sockets, threads and folders hang on them. */
const NEEDS_RESTART = ["listen", "admin", "collector", "data", "workers", "store"] as const;
type Fixed = (typeof NEEDS_RESTART)[number];

export function createReloader(parts: ReloaderParts): Reloader {
  const attempts = new Attempts(parts);
  let queue: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadResult> | null = null;
  let causes = new Set<ReloadCause>();
  const begin = async (): Promise<ReloadResult> => {
    waiting = null;
    const asked = [...causes];
    causes = new Set();
    const result = await attempts.next(asked);
    parts.ended?.(result);
    return result;
  };
  return {
    current: () => attempts.current,
    last: () => attempts.last,
    reload: (cause = "api") => {
      causes.add(cause);
      waiting ??= queue.then(begin);
      queue = waiting;
      return waiting;
    },
    renew: () => {
      const renewed = queue.then(() => attempts.renew());
      queue = renewed;
      return renewed;
    },
    change: (make, undo) => {
      const changed = queue.then(() => attempts.change(make, undo));
      queue = changed.catch(() => undefined);
      return changed;
    },
  };
}

class Attempts {
  readonly #parts: ReloaderParts;
  current: InForce;
  last: ReloadResult | null = null;
  /** Of the try under way. */
  #causes: readonly ReloadCause[] = [];
  #before: InForce;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.current = parts.initial;
    this.#before = parts.initial;
  }

  async next(causes: readonly ReloadCause[]): Promise<ReloadResult> {
    this.#causes = causes;
    this.#before = this.current;
    try {
      return await this.#try();
    } catch (thrown) {
      return this.#refused(messageOf(thrown));
    }
  }

  async renew(): Promise<void> {
    const { swap, publish, log } = this.#parts;
    const fault = await (swap ?? publish)(this.current).catch(messageOf);
    if (fault !== null) log.error("weights_not_taken", { fault });
  }

  async change(make: Make, undo: (before: InForce) => void): Promise<void> {
    const next = await make(this.current);
    const fault = await this.#parts.publish(next).catch(messageOf);
    if (fault === null) {
      this.current = next;
      return;
    }
    undo(this.current);
    throw new Error(fault);
  }

  async #try(): Promise<ReloadResult> {
    const { load, look, publish } = this.#parts;
    // Who has the files read means them.
    const isMeant = this.#causes.some((cause) => cause === "api" || cause === "signal");
    const loaded = await loadAll(load, this.current, isMeant ? asFilesSay : asRolledBack);
    look?.(filesOf(loaded, this.current));
    if (!loaded.ok) {
      await this.#takeTls();
      return this.#refused(formatFaults(loaded.faults));
    }
    const { next } = loaded;
    if (this.last?.ok !== false && isSame(this.current, next)) return this.#unchanged(next);
    const fault = await publish(next);
    return fault === null ? this.#accepted(next) : this.#refused(fault);
  }

  /** A fault elsewhere, which may stay for days, must not let certificates expire, or the revoked in. */
  async #takeTls(): Promise<void> {
    const { config, tls: before } = this.current;
    const check = loadTls(config, before);
    if (!check.ok || check.tls.revision === before.revision) return;
    const next = { ...this.current, tls: check.tls };
    if ((await this.#parts.publish(next)) !== null) return;
    this.current = next;
    this.#sayOfFaults();
  }

  /** All but what is wrong with the files of the candidate and of certificates. */
  #unchanged(next: InForce): ReloadResult {
    const { shadow, tls } = this.current;
    const faults = next.shadow?.faults ?? [];
    this.current = {
      ...this.current,
      shadow: shadow && { ...shadow, faults },
      tls: { ...tls, faults: next.tls.faults },
    };
    this.#sayOfFaults();
    return this.#ended(null);
  }

  #accepted(next: InForce): ReloadResult {
    this.current = next;
    const result = this.#ended(null);
    const { revision: config, policy, shadow } = next;
    const revisions = { config, policy: policy?.revision, shadow: shadow?.policy?.revision };
    this.#parts.log.info("reloaded", { ...revisions, restart: result.restart });
    sayOfOpenSecrets(this.#parts.log, next);
    this.#sayOfFaults();
    return result;
  }

  /** Of what did not come into force, though the rest did. */
  #sayOfFaults(): void {
    const [before, after] = [this.#before, this.current];
    sayOfShadow(this.#parts.log, { before: before.shadow, after: after.shadow });
    sayOfTls(this.#parts.log, { before: before.tls, after: after.tls });
  }

  #refused(fault: string): ReloadResult {
    this.#parts.log.error("reload_refused", { fault, kept: this.current.revision });
    return this.#ended(fault);
  }

  #ended(fault: string | null): ReloadResult {
    const { config, shadow, tls } = this.current;
    // Seen from the start, not from the reload before: that one's wait goes on, and what is taken back ends it.
    const restart = changedKeys(this.#parts.initial.config, config);
    this.last = {
      atMs: Date.now(),
      ok: fault === null,
      fault,
      shadowFault: shadowFaultOf(shadow),
      tlsFault: tlsFaultOf(tls),
      restart,
      causes: this.#causes,
      before: this.#before.revision,
      after: this.current.revision,
      changed: changesOf(this.#before, this.current),
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
  return changesOf(before, after).length === 0;
}

function changesOf(before: InForce, after: InForce): readonly string[] {
  if (before === after) return [];
  const [one, other] = [revisionsOf(before), revisionsOf(after)];
  return Object.keys(one).filter((name) => one[name] !== other[name]);
}

function revisionsOf(inForce: InForce): Readonly<Record<string, string | undefined>> {
  const { revision, policy, shadow, authzen, tls, users, roles } = inForce;
  return {
    config: revision,
    policy: policy?.revision,
    shadow: shadow?.policy?.revision,
    authzen: authzen?.revision,
    tls: tls.revision,
    users: users?.revision,
    roles: roles.snapshot.revision,
  };
}

/** Certificates change while their listener stays, and so does who is let in by them or by tokens. */
function fixedOf({ listen, admin, collector, ...rest }: Config): Record<Fixed, unknown> {
  const https = listen.https && {
    ...listen.https,
    certificates: [],
    client_certificates: null,
    min_version: "1.2" as const,
  };
  const receiver = collector && {
    ...collector,
    tls: collector.tls && collector.tls.client_certificates !== null,
    keys: [],
    sampling: null,
  };
  const { tls } = admin;
  const fixed = { listen: admin.listen, tls: tls && tls.client_certificates !== null };
  return { ...rest, listen: { ...listen, https }, admin: fixed, collector: receiver };
}

function changedKeys(before: Config, after: Config): string[] {
  const fixed = [before, after].map(fixedOf);
  return NEEDS_RESTART.filter((key) => {
    const [one, other] = fixed.map((each) => JSON.stringify(each[key]));
    return one !== other;
  });
}
