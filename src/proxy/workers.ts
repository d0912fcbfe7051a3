// The main thread's side of the data plane: starts workers, publishes snapshots, replaces the dead.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Log } from "../core/log.ts";
import type { FromWorker, SnapshotSource, WorkerBoot } from "./worker-protocol.ts";

export interface WorkersParts {
  readonly count: number;
  /** Everything but what differs from worker to worker. */
  readonly boot: Omit<WorkerBoot, "index" | "port" | "reusePort" | "source">;
  readonly source: SnapshotSource;
  readonly log: Log;
  /** A worker died: its load in shared memory must be forgotten. */
  readonly lost: (index: number) => void;
}

export interface Workers {
  readonly port: number;
  /** Resolves to the fault of the first worker that could not take it, or null when all did. */
  readonly publish: (source: SnapshotSource) => Promise<string | null>;
  /** Requests in flight may end; then the threads do. */
  readonly drain: (graceMs: number) => Promise<void>;
  readonly alive: () => number;
}

const RESTART_MS = 200;
/**
 * What a request allocates dies with it, so a small nursery serves as well as the 130 MB that V8
 * would let it grow to, and stays nearer the caches.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 32 } as const;
/** Past the grace that requests have, for the thread itself. */
const EXIT_MS = 500;

// Type stripping runs worker.ts, the build runs worker.js.
const ENTRY = new URL(`./worker${extname(import.meta.filename)}`, import.meta.url);

/** @throws Error when the first start of any worker fails: a taken port, a policy that can't be loaded. */
export async function startWorkers(parts: WorkersParts): Promise<Workers> {
  const fleet = new Fleet(parts);
  await fleet.start();
  return fleet;
}

class Fleet implements Workers {
  readonly #parts: WorkersParts;
  readonly #workers: (Worker | null)[] = [];
  #source: SnapshotSource;
  #draining = false;
  port = 0;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    this.#source = parts.source;
  }

  /** The first alone, since with port 0 it finds the port that the others share. */
  async start(): Promise<void> {
    this.port = await this.#spawn(0);
    const rest = Array.from({ length: this.#parts.count - 1 }, (_, at) => this.#spawn(at + 1));
    await Promise.all(rest);
  }

  async publish(source: SnapshotSource): Promise<string | null> {
    this.#source = source;
    const faults = await Promise.all(this.#each((worker) => swapped(worker, source)));
    return faults.find((fault) => fault !== null) ?? null;
  }

  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#each((worker) => drained(worker, graceMs)));
  }

  alive(): number {
    return this.#workers.filter((worker) => worker !== null).length;
  }

  #each<T>(act: (worker: Worker) => Promise<T>): Promise<T>[] {
    return this.#workers.filter((worker) => worker !== null).map(act);
  }

  async #spawn(index: number): Promise<number> {
    const { boot, count } = this.#parts;
    const workerData: WorkerBoot = {
      ...boot,
      index,
      source: this.#source,
      port: this.port,
      reusePort: count > 1,
    };
    const worker = new Worker(ENTRY, { workerData, name: `weir-data-${index}`, resourceLimits });
    worker.on("error", (error) =>
      this.#parts.log.error("worker_failed", { index, cause: error.stack }),
    );
    const port = await listening(worker);
    this.#workers[index] = worker;
    worker.on("exit", () => this.#lost(index));
    return port;
  }

  #lost(index: number): void {
    this.#workers[index] = null;
    this.#parts.lost(index);
    if (!this.#draining) this.#restart(index);
  }

  #restart(index: number): void {
    setTimeout(() => {
      if (this.#draining) return;
      this.#spawn(index).catch((thrown: unknown) => {
        this.#parts.log.error("worker_restart_failed", { index, cause: String(thrown) });
        this.#restart(index);
      });
    }, RESTART_MS);
  }
}

function listening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (message: FromWorker): void => {
      if (message.kind === "listening") resolve(message.port);
      else if (message.kind === "failed") {
        reject(new Error(message.reason));
        void worker.terminate();
      } else return;
      worker.off("message", settle);
    };
    worker.on("message", settle);
    worker.once("exit", () => reject(new Error("a data worker ended before it listened")));
  });
}

/** null: taken. A worker that dies meanwhile starts again on the new source. */
function swapped(worker: Worker, source: SnapshotSource): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (message: FromWorker): void => {
      if (message.kind !== "swapped" || message.revision !== source.revision) return;
      worker.off("message", settle);
      resolve(message.fault);
    };
    worker.on("message", settle);
    worker.once("exit", () => resolve(null));
    worker.postMessage({ kind: "snapshot", source });
  });
}

async function drained(worker: Worker, graceMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.postMessage({ kind: "drain", graceMs });
  const late = setTimeout(() => void worker.terminate(), graceMs + EXIT_MS);
  await ended;
  clearTimeout(late);
}
