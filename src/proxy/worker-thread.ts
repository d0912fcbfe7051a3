// One data worker's thread as the main thread sees it: its start, its snapshots, its end.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Log } from "../core/log.ts";
import type { KeySetFeed, KeySetText } from "../identity/tokens/published-keys.ts";
import type { RevokedToken } from "../identity/tokens/revoked-tokens.ts";
import type { FromWorker, Ports, SnapshotSource, ToWorker, WorkerBoot } from "./worker-protocol.ts";

export interface WorkerThread {
  /**
   * Once: the ports; rejects where the thread ends, or says that it can't, before it listens.
   * From then on `refreshKeys` is asked for the keys that it lacks.
   */
  readonly boot: (boot: WorkerBoot, refreshKeys: KeySetFeed["refresh"]) => Promise<Ports>;
  /** The exit code, however it ended. */
  readonly ended: Promise<number>;
  /** Its fault, or null: taken, or ended meanwhile. One that is still starting takes it afterwards. */
  readonly swap: (source: SnapshotSource) => Promise<string | null>;
  /** Resolves when it knows, or has ended. */
  readonly revoke: (revoked: readonly RevokedToken[]) => Promise<void>;
  /** One that is still starting takes them, too. */
  readonly giveKeys: (keySets: readonly KeySetText[]) => void;
  readonly giveTicketSecret: (secret: Uint8Array) => void;
  /** Resolves when the thread has ended: by itself within the grace, or terminated. */
  readonly drain: (graceMs: number) => Promise<void>;
  /** At once, whatever it does. */
  readonly terminate: () => Promise<void>;
}

export interface WorkerThreadParts {
  readonly index: number;
  /** The module it runs; worker.ts unless told. */
  readonly entry?: URL | undefined;
  readonly log: Log;
}

/** What a worker says that it has taken. */
type Published =
  | { readonly kind: "snapshot"; readonly source: SnapshotSource }
  | { readonly kind: "revoked"; readonly revoked: readonly RevokedToken[] };

/**
 * What a request allocates dies with it, so a small nursery serves as well as the 130 MB that V8
 * would let it grow to, and stays nearer the caches.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 16 } as const;
/** Past the grace that requests have, for the thread itself. */
const EXIT_MS = 500;

// Type stripping runs worker.ts, the build runs worker.js.
const ENTRY = new URL(`./worker${extname(import.meta.filename)}`, import.meta.url);

/** The thread loads its code at once, so one opened early is ready when there is something to boot. */
export function openWorkerThread({ index, entry, log }: WorkerThreadParts): WorkerThread {
  const worker = new Worker(entry ?? ENTRY, { name: `weir-data-${index}`, resourceLimits });
  const waiting = new Map<number, (fault: string | null) => void>();
  const ended = new Promise<number>((resolve) => worker.once("exit", resolve));
  // What nobody caught in it; its end follows.
  worker.on("error", ({ stack }) => log.error("worker_failed", { index, cause: stack }));
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "swapped") waiting.get(message.publication)?.(message.fault);
  });
  let published = 0;
  const tell = (message: ToWorker): void => worker.postMessage(message);
  const publish = async (content: Published): Promise<string | null> => {
    const publication = ++published;
    const taken = new Promise<string | null>((resolve) => waiting.set(publication, resolve));
    tell({ ...content, publication });
    const fault = await Promise.race([taken, ended.then(() => null)]);
    waiting.delete(publication);
    return fault;
  };
  return {
    ended,
    boot(boot, refreshKeys) {
      answerForKeys(worker, refreshKeys);
      tell({ kind: "boot", boot });
      return portsOf(worker, ended);
    },
    swap: (source) => publish({ kind: "snapshot", source }),
    async revoke(revoked) {
      await publish({ kind: "revoked", revoked });
    },
    giveKeys: (keySets) => tell({ kind: "keys", keySets }),
    giveTicketSecret: (secret) => tell({ kind: "ticket_secret", secret }),
    async drain(graceMs) {
      tell({ kind: "drain", graceMs });
      const late = setTimeout(() => void worker.terminate(), graceMs + EXIT_MS);
      await ended;
      clearTimeout(late);
    },
    terminate: async () => void (await worker.terminate()),
  };
}

function answerForKeys(worker: Worker, refresh: KeySetFeed["refresh"]): void {
  worker.on("message", (message: FromWorker) => {
    if (message.kind !== "keys_wanted") return;
    const answer: ToWorker = { kind: "keys_answered", place: message.place };
    void refresh(message.place).then(() => worker.postMessage(answer));
  });
}

function portsOf(worker: Worker, ended: Promise<number>): Promise<Ports> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "listening") resolve(message.ports);
      if (message.kind !== "failed") return;
      reject(new Error(message.reason));
      void worker.terminate();
    });
    void ended.then(() => reject(new Error("a data worker ended before it listened")));
  });
}
