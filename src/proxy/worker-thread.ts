// One data worker's thread as the main thread sees it: its start, its snapshots, its end.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { FromWorker, SnapshotSource, ToWorker, WorkerBoot } from "./worker-protocol.ts";

export interface WorkerThread {
  /** The port; rejects where the thread ends, or says that it can't, before it listens. */
  readonly listening: Promise<number>;
  /** The exit code, however it ended. */
  readonly ended: Promise<number>;
  /** Its fault, or null: taken, or ended meanwhile. One that is still starting takes it afterwards. */
  readonly swap: (source: SnapshotSource) => Promise<string | null>;
  /** Resolves when the thread has ended: by itself within the grace, or terminated. */
  readonly drain: (graceMs: number) => Promise<void>;
}

export interface WorkerThreadParts {
  readonly boot: WorkerBoot;
  readonly entry: URL;
  /** What nobody caught in it; the end follows. */
  readonly failed: (error: Error) => void;
}

/**
 * What a request allocates dies with it, so a small nursery serves as well as the 130 MB that V8
 * would let it grow to, and stays nearer the caches.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 32 } as const;
/** Past the grace that requests have, for the thread itself. */
const EXIT_MS = 500;

// Type stripping runs worker.ts, the build runs worker.js.
export const WORKER_ENTRY = new URL(`./worker${extname(import.meta.filename)}`, import.meta.url);

export function startWorkerThread({ boot, entry, failed }: WorkerThreadParts): WorkerThread {
  const name = `weir-data-${boot.index}`;
  const worker = new Worker(entry, { workerData: boot, name, resourceLimits });
  const waiting = new Map<string, (fault: string | null) => void>();
  const ended = new Promise<number>((resolve) => worker.once("exit", resolve));
  worker.on("error", failed);
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "swapped") waiting.get(message.revision)?.(message.fault);
  });
  const tell = (message: ToWorker): void => worker.postMessage(message);
  const listening = portOf(worker);
  return {
    listening,
    ended,
    async swap(source) {
      const taken = new Promise<string | null>((resolve) => waiting.set(source.revision, resolve));
      tell({ kind: "snapshot", source });
      const fault = await Promise.race([taken, ended.then(() => null)]);
      waiting.delete(source.revision);
      return fault;
    },
    async drain(graceMs) {
      tell({ kind: "drain", graceMs });
      const late = setTimeout(() => void worker.terminate(), graceMs + EXIT_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

function portOf(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "listening") resolve(message.port);
      if (message.kind !== "failed") return;
      reject(new Error(message.reason));
      void worker.terminate();
    });
    worker.once("exit", () => reject(new Error("a data worker ended before it listened")));
  });
}
