// Entry of a data worker: loads its code at once; from its boot on one listener, one spool segment,
// one snapshot at a time.
import { setImmediate } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { createSharedClock } from "../balancer/shared-clock.ts";
import { SharedState } from "../balancer/shared-state.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { keepCompiled } from "../core/keep-compiled.ts";
import { createLog } from "../core/log.ts";
import { PublishedKeys } from "../identity/tokens/published-keys.ts";
import { RevokedTokens } from "../identity/tokens/revoked-tokens.ts";
import { createSpoolWriter } from "../telemetry/spool-writer.ts";
import { createPropagation, propagatorsOf } from "../telemetry/propagation.ts";
import { createSampler } from "../telemetry/sampler.ts";
import { createIds, type IdSource } from "../telemetry/span-ids.ts";
import { createPipeline } from "./pipeline.ts";
import { openListeners } from "./listeners.ts";
import { createSnapshotBuilder, type SnapshotBuilder } from "./snapshot-builder.ts";
import type { FromWorker, SnapshotSource, ToWorker, WorkerBoot } from "./worker-protocol.ts";

/** A worker that listens. */
interface DataWorker {
  /** Its fault, or null: taken. */
  readonly swap: (source: SnapshotSource) => Promise<string | null>;
  readonly replaceTickets: (secret: Uint8Array) => void;
  readonly drain: (graceMs: number) => Promise<void>;
}

const log = createLog("info");
const revokedTokens = new RevokedTokens();
const keys = new PublishedKeys({
  clock: systemClock,
  ask: (place) => tell({ kind: "keys_wanted", place }),
});
/** What comes while it starts waits until it listens. */
let started: Promise<DataWorker | null> = Promise.resolve(null);

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "boot") started = start(message.boot).catch(failed);
  else if (message.kind === "snapshot") void swap(message);
  else if (message.kind === "revoked") revoke(message);
  else if (message.kind === "keys") keys.replace(message.keySets);
  else if (message.kind === "ticket_secret") void replaceTickets(message.secret);
  else if (message.kind === "keys_answered") keys.answered(message.place);
  else
    void started.then((worker) => worker?.drain(message.graceMs)).then(() => parentPort?.close());
});

async function swap({ publication, source }: ToWorker & { kind: "snapshot" }): Promise<void> {
  const worker = await started;
  if (worker !== null) tell({ kind: "swapped", publication, fault: await worker.swap(source) });
}

async function replaceTickets(secret: Uint8Array): Promise<void> {
  const worker = await started;
  worker?.replaceTickets(secret);
}

/** Also while it starts: its first request must find what holds by then. */
function revoke({ publication, revoked }: ToWorker & { kind: "revoked" }): void {
  revokedTokens.replace(revoked);
  tell({ kind: "swapped", publication, fault: null });
}

async function start(boot: WorkerBoot): Promise<DataWorker> {
  revokedTokens.replace(boot.revoked);
  keys.replace(boot.keySets);
  const clock = createSharedClock(boot.shared);
  const ids = createIds();
  const rows = createSpoolWriter({ ...boot, worker: boot.index, log, clock });
  const builder = createBuilder(boot, clock, ids);
  let current = await builder.build(boot.source);
  const pipeline = createPipeline({ clock, ids, rows, log, current: () => current });
  const listeners = openListeners({ limits: current.limits, ...pipeline }, boot);
  tell({ kind: "listening", ports: await listeners.listen() });
  keepCompiled();
  return {
    /** A request finishes on the snapshot it began with: only the reference changes. */
    async swap(source) {
      try {
        const next = await builder.build(source);
        if (source.tls !== null) listeners.renew(source.tls);
        current = next;
        return null;
      } catch (thrown) {
        return messageOf(thrown);
      }
    },
    replaceTickets: listeners.replaceTickets,
    async drain(graceMs) {
      await listeners.drain(graceMs);
      await builder.close();
      // The rows of what was cut off are written at the end of this turn.
      await setImmediate();
      rows.close();
      tell({ kind: "drained" });
    },
  };
}

function createBuilder(boot: WorkerBoot, clock: Clock, ids: IdSource): SnapshotBuilder {
  const { shared, failures, index: worker } = boot;
  const propagation = createPropagation({
    propagators: propagatorsOf(process.env),
    sampler: createSampler(process.env, log.warn),
    ids,
    warn: log.warn,
  });
  const memory = new SharedState(shared);
  const own = {
    shared: memory,
    worker,
    failures,
    clock,
    propagation,
    revoked: revokedTokens,
    log,
    openKeys: keys.open,
  };
  return createSnapshotBuilder(own);
}

function failed(thrown: unknown): null {
  tell({ kind: "failed", reason: messageOf(thrown) });
  return null;
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
