// Everything of weir that a single process without workers needs: snapshots, stages and rows.
import { createSharedClock } from "../balancer/shared-clock.ts";
import { createSharedMemory, SharedState } from "../balancer/shared-state.ts";
import { createSlotTable } from "../balancer/slot-table.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import { formatFaults } from "../config/fault.ts";
import { type InForce, loadAll, snapshotSource } from "../control/load-all.ts";
import { createReloader, type Reloader } from "../control/reloader.ts";
import { RevokedTokens } from "../identity/tokens/revoked-tokens.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { createFailureCells } from "../identity/failure-limits.ts";
import { createPipeline, type Pipeline } from "../proxy/pipeline.ts";
import { createSnapshotBuilder } from "../proxy/snapshot-builder.ts";
import type { BalancedServices } from "../statistics/poll.ts";
import { createPropagation, type Propagation, propagatorsOf } from "../telemetry/propagation.ts";
import { createSampler } from "../telemetry/sampler.ts";
import { createIds, type IdSource } from "../telemetry/span-ids.ts";
import { createOpenPool } from "./proxied-pool.ts";
import { recordTo, recordToStore, type RowReceiver } from "./recording.ts";

export interface EngineOptions {
  readonly load: ConfigLoader;
  readonly log: Log;
  /** Instead of the spool and the store. */
  readonly rows: RowReceiver | null;
}

export interface Engine {
  readonly pipeline: Pipeline;
  readonly reload: Reloader["reload"];
  readonly close: () => Promise<void>;
}

/** @throws Error with every fault of config or policy, one a line. */
export async function startEngine({ load, log, rows }: EngineOptions): Promise<Engine> {
  const loaded = await loadAll(load);
  if (!loaded.ok) throw new Error(formatFaults(loaded.faults));
  const ids = createIds();
  const balancing = createBalancing(ids, log);
  await balancing.take(loaded.next);
  const publish = (next: InForce): Promise<string | null> =>
    balancing.take(next).then(() => null, messageOf);
  const reloader = createReloader({ initial: loaded.next, load, log, publish });
  const parts = {
    config: loaded.next.config,
    clock: balancing.clock,
    log,
    statistics: {
      dataPlane: balancing,
      options: () => reloader.current().config.statistics,
    },
  };
  const recording = rows === null ? await recordToStore(parts) : recordTo(rows, parts);
  return {
    pipeline: createPipeline({ ...parts, ids, rows: recording.rows, current: balancing.current }),
    reload: reloader.reload,
    async close() {
      await balancing.close();
      await recording.stop();
    },
  };
}

function propagationOf(ids: IdSource, { warn }: Log): Propagation {
  const sampler = createSampler(process.env, warn);
  return createPropagation({ propagators: propagatorsOf(process.env), sampler, ids, warn });
}

/** The one snapshot in force, over memory that is shared with nobody. */
function createBalancing(ids: IdSource, log: Log) {
  const memory = createSharedMemory({ workers: 1 });
  const shared = new SharedState(memory);
  const clock = createSharedClock(memory);
  const table = createSlotTable(shared);
  const builder = createSnapshotBuilder({
    shared,
    worker: 0,
    failures: createFailureCells(),
    clock,
    log,
    revoked: new RevokedTokens(),
    openPool: createOpenPool(),
    propagation: propagationOf(ids, log),
  });
  let balanced: BalancedServices = { services: {}, slots: {} };
  let current: Awaited<ReturnType<typeof builder.build>>;
  return {
    memory,
    shared,
    clock,
    balanced: () => balanced,
    current: () => current,
    close: () => builder.close(),
    async take(next: InForce): Promise<void> {
      const { services } = next.config;
      const slots = table.assign(services, clock.nowNs());
      try {
        current = await builder.build(snapshotSource(next, slots));
      } catch (thrown) {
        table.undo();
        throw thrown;
      }
      balanced = { services, slots };
    },
  };
}
