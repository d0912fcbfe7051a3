// The first half of a start: from the config to one worker that answers requests.
import type { Fault } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import { type DataPlane, startDataPlane } from "../control/data-plane.ts";
import { type InForce, loadAll, sayOfOpenSecrets } from "../control/load-all.ts";
import { asRolledBack } from "../control/policy/rolled-back.ts";
import { createRevocations, readRevocations, type Revocations } from "../control/revocations.ts";
import { openSpool } from "../control/open-spool.ts";
import type { Log } from "../core/log.ts";
import type { WorkerThread } from "../proxy/worker-thread.ts";
import { acquireSpoolLock, type SpoolLock } from "../telemetry/spool-lock.ts";
import type { Spool } from "../telemetry/spool.ts";

/** The main thread, which records what AuthZEN asks and what is changed, writes beside the workers. */
const MAIN_WRITERS = 2;

export interface ServingOptions {
  readonly load: ConfigLoader;
  readonly log: Log;
  /** Loads its code meanwhile. */
  readonly first: WorkerThread;
}

export interface Serving {
  readonly initial: InForce;
  readonly dataPlane: DataPlane;
  readonly revocations: Revocations;
  readonly spool: Spool;
  /** Taken before the first row is written: no other process may think that the spool is its own. */
  readonly lock: SpoolLock;
}

export type ServingStart =
  | { readonly ok: true; readonly serving: Serving }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** @throws Error where the port is taken, or the spool is another process's or can't be made. */
export async function startServing({ load, log, first }: ServingOptions): Promise<ServingStart> {
  const loaded = await loadAll(load, null, asRolledBack);
  if (!loaded.ok) return loaded;
  const { next: initial } = loaded;
  sayOfOpenSecrets(log, initial);
  const spool = openSpool(initial.config, initial.config.workers + MAIN_WRITERS);
  const lock = acquireSpoolLock(spool.folder);
  try {
    const { data: folder } = initial.config;
    const revoked = readRevocations(folder);
    const dataPlane = await startDataPlane({ initial, revoked, spool, log, first });
    const publish = dataPlane.workers.revoke;
    const revocations = createRevocations({ folder, initial: revoked, publish, nowMs: Date.now });
    return { ok: true, serving: { initial, dataPlane, revocations, spool, lock } };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}
