// The main thread's side of the data plane: starts workers, publishes snapshots, replaces the dead.
import type { Log } from "../core/log.ts";
import { messageOf } from "../core/errors.ts";
import type { KeySetFeed } from "../identity/tokens/published-keys.ts";
import type { RevokedToken } from "../identity/tokens/revoked-tokens.ts";
import type { Ports, SnapshotSource, WorkerBoot } from "./worker-protocol.ts";
import { openWorkerThread, type WorkerThread } from "./worker-thread.ts";

export interface WorkersParts {
  readonly count: number;
  /** Everything but what differs from worker to worker. */
  readonly boot: Omit<
    WorkerBoot,
    "index" | "ports" | "reusePort" | "source" | "revoked" | "keySets" | "ticketSecret"
  >;
  readonly source: SnapshotSource;
  readonly revoked?: readonly RevokedToken[];
  /** Keys that issuers of tokens publish. */
  readonly keySets: KeySetFeed;
  /** What keys of session tickets are made of. */
  readonly ticketSecrets: TicketSecretFeed;
  readonly log: Log;
  /** A worker died: its load in shared memory must be forgotten. */
  readonly lost: (index: number) => void;
  /** A thread that was opened early, for the first worker. */
  readonly first?: WorkerThread;
  /** The module a worker runs; worker.ts unless told. */
  readonly entry?: URL;
}

export interface TicketSecretFeed {
  readonly current: () => Uint8Array;
  readonly listen: (replaced: (secret: Uint8Array) => void) => void;
}

export interface Workers {
  readonly ports: Ports;
  /** Starts all but the first; rejects where one can't, and what is there goes on until drained. */
  readonly startOthers: () => Promise<void>;
  /** Resolves to the fault of the first worker that could not take it, or null when all did. */
  readonly publish: (source: SnapshotSource) => Promise<string | null>;
  /** Resolves when all workers refuse just these tokens, and so will each that starts later. */
  readonly revoke: (revoked: readonly RevokedToken[]) => Promise<void>;
  /** Requests in flight may end; then the threads do. */
  readonly drain: (graceMs: number) => Promise<void>;
  /** How many listen. */
  readonly alive: () => number;
}

const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 30_000;
/** One that listened for so long before it died had not been started in vain. */
const SETTLED_MS = 60_000;

/**
 * Starts the first worker alone, since with port 0 it finds the ports that the others share.
 * @throws Error when it can't start: a taken port, a policy that can't be loaded.
 */
export async function startWorkers(parts: WorkersParts): Promise<Workers> {
  const fleet = new Fleet(parts);
  await fleet.startFirst();
  return fleet;
}

/** One worker's place in the fleet, whichever thread fills it. */
interface Place {
  /** null: not yet there, or dead and waits for its restart. */
  thread: WorkerThread | null;
  /** On the axis of performance.now; null: it does not listen. */
  listeningSinceMs: number | null;
  /** Deaths since one that had served for long. */
  deaths: number;
  restart: NodeJS.Timeout | undefined;
}

class Fleet implements Workers {
  readonly #parts: WorkersParts;
  readonly #places: readonly Place[];
  #source: SnapshotSource;
  #revoked: readonly RevokedToken[];
  #draining = false;
  ports: Ports = { http: 0, https: 0 };

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    this.#source = parts.source;
    this.#revoked = parts.revoked ?? [];
    const { keySets, ticketSecrets } = parts;
    keySets.listen(() => this.#each((thread) => thread.giveKeys(keySets.current())));
    ticketSecrets.listen((secret) => this.#each((thread) => thread.giveTicketSecret(secret)));
    this.#places = Array.from({ length: parts.count }, (_, index) => ({
      thread: index === 0 ? (parts.first ?? null) : null,
      listeningSinceMs: null,
      deaths: 0,
      restart: undefined,
    }));
  }

  async startFirst(): Promise<void> {
    try {
      this.ports = await this.#start(0);
    } catch (thrown) {
      await this.drain(0);
      throw thrown;
    }
  }

  async startOthers(): Promise<void> {
    const others = this.#places.slice(1).map((_, at) => this.#start(at + 1));
    await Promise.all(others);
  }

  async publish(source: SnapshotSource): Promise<string | null> {
    const before = this.#source;
    this.#source = source;
    const fault = await this.#swapAll(source);
    if (fault === null) return null;
    // All or none: those that took it go back, and one that starts later starts on what is in force.
    this.#source = before;
    await this.#swapAll(before);
    return fault;
  }

  readonly revoke = async (revoked: readonly RevokedToken[]): Promise<void> => {
    this.#revoked = revoked;
    await Promise.all(this.#each((thread) => thread.revoke(revoked)));
  };

  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    for (const { restart } of this.#places) clearTimeout(restart);
    await Promise.all(this.#each((thread) => thread.drain(graceMs)));
  }

  alive(): number {
    return this.#places.filter(({ listeningSinceMs }) => listeningSinceMs !== null).length;
  }

  async #swapAll(source: SnapshotSource): Promise<string | null> {
    const faults = await Promise.all(this.#each((thread) => thread.swap(source)));
    return faults.find((fault) => fault !== null) ?? null;
  }

  /** Those that are still starting, too: they do what they are told once they listen. */
  #each<T>(act: (thread: WorkerThread) => T): T[] {
    return this.#places.flatMap(({ thread }) => (thread === null ? [] : [act(thread)]));
  }

  /** A first start that fails is not tried again. */
  async #start(index: number): Promise<Ports> {
    const place = this.#places[index];
    if (place === undefined) throw new RangeError(`there is no worker ${index}`);
    const ports = await this.#spawn(place, index);
    this.#watch(place, index);
    return ports;
  }

  async #spawn(place: Place, index: number): Promise<Ports> {
    const { boot, count, entry, log, keySets, ticketSecrets } = this.#parts;
    const thread = place.thread ?? openWorkerThread({ index, entry, log });
    place.thread = thread;
    const reusePort = count > 1;
    const own = { index, source: this.#source, revoked: this.#revoked, ports: this.ports };
    const fed = { keySets: keySets.current(), ticketSecret: ticketSecrets.current() };
    const all = { ...boot, ...own, ...fed, reusePort };
    const bound = await thread.boot(all, keySets.refresh);
    place.listeningSinceMs = performance.now();
    return bound;
  }

  /** Where a worker that served ends, another one takes its place. */
  #watch(place: Place, index: number): void {
    void place.thread?.ended.then((exitCode) => {
      const nowMs = performance.now();
      const servedMs = nowMs - (place.listeningSinceMs ?? nowMs);
      place.thread = null;
      place.listeningSinceMs = null;
      this.#parts.lost(index);
      if (this.#draining) return;
      place.deaths = servedMs > SETTLED_MS ? 1 : place.deaths + 1;
      const restart_in_ms = this.#restart(place, index);
      this.#parts.log.error("worker_lost", { index, exit_code: exitCode, restart_in_ms });
    });
  }

  /** Waits twice as long after each death in a row: what dies at once must not take the machine along. */
  #restart(place: Place, index: number): number {
    const waitMs = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** (place.deaths - 1));
    place.restart = setTimeout(() => void this.#replace(place, index), waitMs);
    return waitMs;
  }

  async #replace(place: Place, index: number): Promise<void> {
    const { log } = this.#parts;
    try {
      const started = this.#spawn(place, index);
      this.#watch(place, index);
      await started;
      log.info("worker_restarted", { index });
    } catch (thrown) {
      log.error("worker_restart_failed", { index, cause: messageOf(thrown) });
    }
  }
}
