// Composition root: what is started, in which order; each step is a file beside this one.
import type { ServingOptions, ServingStart } from "./start-serving.ts";
import type { ListenAddress } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import type { InForce } from "../control/load-all.ts";
import type { Reloader } from "../control/reloader.ts";
import type { StoreLink } from "../control/store-link.ts";
import { keepCompiled } from "../core/keep-compiled.ts";
import type { Log } from "../core/log.ts";
import { openWorkerThread } from "../proxy/worker-thread.ts";
import type { Ports } from "../proxy/worker-protocol.ts";
import type { Workers } from "../proxy/workers.ts";
import type { Drains } from "../telemetry/drains.ts";

export interface AppOptions {
  readonly load: ConfigLoader;
  readonly log: Log;
  /** Told as soon as requests are answered, which is before all else is there. */
  readonly answering?: (app: Pick<App, "ports" | "inForce">) => void;
}

export interface App {
  /** Where requests arrive. */
  readonly ports: Ports;
  readonly adminAddress: ListenAddress;
  /** Over TLS. */
  readonly adminIsSecure: boolean;
  /** null: nothing is received over OTLP. */
  readonly collectorAddress: ListenAddress | null;
  readonly collectorIsSecure: boolean;
  readonly instance: string;
  readonly inForce: () => InForce;
  readonly reloader: Reloader;
  readonly store: StoreLink;
  readonly drain: Drains;
  readonly workers: Workers;
  /** Lets requests in flight end, delivers what it can, then ends everything it started. */
  readonly stop: () => Promise<void>;
}

export type AppStart =
  | { readonly ok: true; readonly app: App }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Resolves when all is there but the store, which may come later; nothing is lost meanwhile.
 *
 * What traffic needs comes first, and nothing is imported before its turn:
 * 1. a thread opens and loads the code of a data worker;
 * 2. meanwhile this one reads and checks config and policy, and opens the spool;
 * 3. the thread boots as the first worker: requests are answered;
 * 4. the store, which takes longest to come, and the other workers start;
 * 5. meanwhile this one loads and starts what goes on beside requests, the drain last.
 */
export async function startApp({ load, log, answering }: AppOptions): Promise<AppStart> {
  const first = openWorkerThread({ index: 0, log });
  const started = await startFirst({ load, log, first });
  if (!started.ok) return started;
  const { serving } = started;
  const { dataPlane, initial, lock } = serving;
  answering?.({ ports: dataPlane.workers.ports, inForce: () => initial });
  const { createStoreLink } = await import("../control/store-link.ts");
  const store = createStoreLink(initial.config, log);
  store.start();
  try {
    const [{ startControl }] = await Promise.all([
      import("./start-control.ts"),
      dataPlane.workers.startOthers(),
    ]);
    const app = await startControl({ ...serving, store, load, log });
    keepCompiled();
    return { ok: true, app };
  } catch (thrown) {
    // Requests have been answered meanwhile: those in flight end as they do at a stop.
    await dataPlane.workers.drain(initial.config.drain_ms);
    await store.stop();
    lock.release();
    throw thrown;
  }
}

/** Leaves no thread over where it fails. */
async function startFirst(options: ServingOptions): Promise<ServingStart> {
  try {
    const { startServing } = await import("./start-serving.ts");
    const started = await startServing(options);
    if (!started.ok) await options.first.terminate();
    return started;
  } catch (thrown) {
    await options.first.terminate();
    throw thrown;
  }
}
