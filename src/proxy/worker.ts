// Entry of a data worker: one listener, one spool segment, one snapshot at a time.
import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createSharedClock } from "../balancer/shared-clock.ts";
import { SharedState } from "../balancer/shared-state.ts";
import { messageOf } from "../core/errors.ts";
import { createLog } from "../core/log.ts";
import { createSpoolWriter } from "../telemetry/spool-writer.ts";
import { createPropagation, propagatorsOf } from "../telemetry/propagation.ts";
import { createSampler } from "../telemetry/sampler.ts";
import { createIds } from "../telemetry/span-ids.ts";
import { createPipeline } from "./pipeline.ts";
import { createListener, type Listener } from "./server.ts";
import { createSnapshotBuilder } from "./snapshot-builder.ts";
import type { FromWorker, ToWorker, WorkerBoot } from "./worker-protocol.ts";

const boot = workerData as WorkerBoot;
const log = createLog("info");
const clock = createSharedClock(boot.shared);
const ids = createIds();
const rows = createSpoolWriter({ ...boot, worker: boot.index, log, clock });
const builder = createSnapshotBuilder({
  shared: new SharedState(boot.shared),
  worker: boot.index,
  clock,
  propagation: createPropagation({
    propagators: propagatorsOf(process.env),
    sampler: createSampler(process.env, log.warn),
    ids,
    warn: log.warn,
  }),
});

start().catch((thrown: unknown) => tell({ kind: "failed", reason: messageOf(thrown) }));

async function start(): Promise<void> {
  let current = await builder.build(boot.source);
  const listener = createListener({
    limits: current.limits,
    ...createPipeline({ clock, ids, rows, log, current: () => current }),
  });
  parentPort?.on("message", (message: ToWorker) => {
    if (message.kind === "drain") void drain(listener, message.graceMs);
    else void swap(message);
  });
  const { host, port } = boot.source.config.listen.http;
  const bound = await listener.listen({ host, port: boot.port || port }, boot.reusePort);
  tell({ kind: "listening", port: bound });

  /** A request finishes on the snapshot it began with: only the reference changes. */
  async function swap({ source }: Extract<ToWorker, { kind: "snapshot" }>): Promise<void> {
    try {
      current = await builder.build(source);
      tell({ kind: "swapped", revision: source.revision, fault: null });
    } catch (thrown) {
      tell({ kind: "swapped", revision: source.revision, fault: messageOf(thrown) });
    }
  }
}

async function drain(listener: Listener, graceMs: number): Promise<void> {
  await listener.drain(graceMs);
  await builder.close();
  // The rows of what was cut off are written at the end of this turn.
  await setImmediate();
  rows.close();
  tell({ kind: "drained" });
  parentPort?.close();
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
