// Renews certificates in their time for as long as the process lives, and the CA's revocation list with them.
import { messageOf } from "../core/errors.ts";
import { type Authority, openAuthority } from "./authority.ts";
import { retryDelayMs } from "./lifetime.ts";
import type { PairFiles } from "./pair-files.ts";
import { renewablePair, renewPair } from "./renew.ts";
import { listDueMs, refreshList } from "./revocation-list.ts";

export type RenewalEvent =
  | { readonly kind: "renewed"; readonly cert: string; readonly notAfterMs: number }
  /** `what`: the certificate's path, or the CA's folder. */
  | {
      readonly kind: "failed";
      readonly what: string;
      readonly message: string;
      readonly retryInMs: number;
    };

export interface RenewalsParts {
  /** The CA's; empty: there is nothing to do for now. */
  readonly folder: () => string;
  /** Asked each time; those of other CAs are passed over. */
  readonly pairs: () => readonly PairFiles[];
  readonly nowMs: () => number;
  readonly told: (event: RenewalEvent) => void;
}

export interface Renewals {
  readonly start: () => void;
  /** Looks again, because the pairs may be others. */
  readonly look: () => void;
  /** Resolves when nothing is being written any more. */
  readonly stop: () => Promise<void>;
}

interface Failing {
  readonly failures: number;
  readonly retryAtMs: number;
}

/** Looked at again at least so often: files change, clocks are set, machines sleep. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 100;

export function createRenewals(parts: RenewalsParts): Renewals {
  const round = new Round(parts);
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let isEnded = false;
  const look = async (): Promise<void> => {
    if (isEnded) return;
    const nextMs = await round.run();
    if (isEnded) return;
    const waitMs = Math.max(nextMs - parts.nowMs(), SHORTEST_WAIT_MS);
    clearTimeout(timer);
    timer = setTimeout(begin, Math.min(waitMs, LONGEST_WAIT_MS));
  };
  const begin = (): void => {
    clearTimeout(timer);
    current = current.then(look);
  };
  return {
    start: begin,
    look: begin,
    stop() {
      isEnded = true;
      clearTimeout(timer);
      return current;
    },
  };
}

/** Each thing fails and is tried again by itself, so that one that can't be renewed delays no other. */
class Round {
  readonly #parts: RenewalsParts;
  readonly #failing = new Map<string, Failing>();

  constructor(parts: RenewalsParts) {
    this.#parts = parts;
  }

  /** Never rejects; gives when the next one is due. */
  async run(): Promise<number> {
    const folder = this.#parts.folder();
    if (folder === "") return Infinity;
    const opened = await this.#attempt(folder, () => this.#open(folder));
    if (opened.value === undefined) return opened.dueMs;
    const { authority, pairs, listDueMs } = opened.value;
    const dues = [listDueMs];
    for (const files of pairs) {
      const tried = await this.#attempt(files.cert, () => this.#renew(authority, files));
      dues.push(tried.value ?? tried.dueMs);
    }
    return Math.min(...dues);
  }

  async #open(folder: string): Promise<Opened> {
    const { pairs, nowMs } = this.#parts;
    const authority = openAuthority(folder, nowMs());
    if (listDueMs(authority) <= nowMs()) await refreshList(authority, nowMs());
    return { authority, pairs: pairs(), listDueMs: listDueMs(authority) };
  }

  /** When it is due; never, where it is another's. */
  async #renew(authority: Authority, files: PairFiles): Promise<number> {
    const nowMs = this.#parts.nowMs();
    const pair = renewablePair(authority, files);
    if (pair === null) return Infinity;
    if (pair.dueMs > nowMs) return pair.dueMs;
    try {
      const { notAfterMs } = await renewPair(authority, pair, nowMs);
      this.#parts.told({ kind: "renewed", cert: files.cert, notAfterMs });
      return renewablePair(authority, files)?.dueMs ?? Infinity;
    } catch (thrown) {
      throw new FailedRenewal(pair.notAfterMs - nowMs, thrown);
    }
  }

  async #attempt<T>(what: string, act: () => Promise<T>): Promise<Tried<T>> {
    const before = this.#failing.get(what);
    if (before !== undefined && before.retryAtMs > this.#parts.nowMs()) {
      return { value: undefined, dueMs: before.retryAtMs };
    }
    try {
      const value = await act();
      this.#failing.delete(what);
      return { value, dueMs: Infinity };
    } catch (thrown) {
      const failures = (before?.failures ?? 0) + 1;
      const retryInMs = retryDelayMs(failures, thrown instanceof FailedRenewal ? thrown.leftMs : 0);
      const retryAtMs = this.#parts.nowMs() + retryInMs;
      this.#failing.set(what, { failures, retryAtMs });
      this.#parts.told({ kind: "failed", what, message: messageOf(thrown), retryInMs });
      return { value: undefined, dueMs: retryAtMs };
    }
  }
}

interface Opened {
  readonly authority: Authority;
  readonly pairs: readonly PairFiles[];
  readonly listDueMs: number;
}

interface Tried<T> {
  /** undefined: it failed, now or the last time. */
  readonly value: T | undefined;
  readonly dueMs: number;
}

/** A renewal that failed with this much life left. */
class FailedRenewal extends Error {
  readonly leftMs: number;

  constructor(leftMs: number, cause: unknown) {
    super(messageOf(cause), { cause });
    this.leftMs = leftMs;
  }
}
