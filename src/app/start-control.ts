// The second half of a start, while requests are answered: what goes on beside them.
import { type Admin, startAdmin } from "../admin/server.ts";
import type { App } from "./start-app.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import { createAuthzen } from "../control/authzen/authzen.ts";
import { createCollector } from "../control/collector.ts";
import { createDecisionLog, type DecisionLog } from "../control/authzen/decision-log.ts";
import type { Holds } from "../control/holds.ts";
import type { InForce } from "../control/load-all.ts";
import { createPolicyExplainer } from "../control/policy/policy-explainer.ts";
import { auditReload } from "../control/audit-reload.ts";
import { createReloader } from "../control/reloader.ts";
import { createRowFeed, type RowFeed } from "../control/row-feed.ts";
import { openSignalSpools } from "../control/open-spool.ts";
import type { StoreLink } from "../control/store-link.ts";
import { type FileWatch, watchFiles } from "../control/watch.ts";
import { createSharedClock } from "../balancer/shared-clock.ts";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { ofNewest } from "../core/of-newest.ts";
import { type AuditLog, createAuditLog } from "../telemetry/audit-log.ts";
import { createConceal } from "../telemetry/conceal.ts";
import { createDrains, type Drains, type SignalSpools } from "../telemetry/drains.ts";
import { createSpanExport } from "../telemetry/export.ts";
import { adminPartsOf, type Running } from "./admin-parts.ts";
import type { Serving } from "./start-serving.ts";
import { createWatching, lookAgain, startWatching, stopWatching } from "./watching.ts";

/** For the last spans to leave at a stop; a receiver that hangs must not hold it up. */
const SPANS_MS = 1_000;

export interface ControlOptions extends Serving {
  /** Started, and there whenever it is. */
  readonly store: StoreLink;
  readonly load: ConfigLoader;
  readonly log: Log;
}

/** @throws Error where the admin address is taken, or the spool unusable; only serving and store are left then. */
export async function startControl(start: ControlOptions): Promise<App> {
  const { dataPlane, store, initial, load, log } = start;
  const rows = createRowFeed(store.sink, log);
  const signals = openSignalSpools(initial.config);
  const drain = openDrains(start, signals, rows);
  const collector = openCollector(start, signals);
  const watch = watchFiles(() => void reloader.reload("files"));
  let admin: Admin | undefined;
  const taken = (next: InForce): void => {
    admin?.renew(next);
    collector.take(next);
    lookAgain(watching, next);
  };
  const publishing = publisher({ dataPlane, store, log, holds: () => watching.holds, taken });
  const audit = openAuditLog(start, () => reloader.current());
  const ended = auditReload(audit);
  const reloader = createReloader({ initial, load, log, ...publishing, look: watch.files, ended });
  const watching = createWatching({ dataPlane, reloader, store, drain, audit, log });
  const spans = await createSpanExport({ env: process.env, instance: dataPlane.instance, log });
  const explainer = createPolicyExplainer({ policy: () => reloader.current().policy });
  const decisions = openDecisionLog(start);
  const authzen = createAuthzen(reloader.current, decisions);
  const seen = { rows: rows.live, spans, explainer, authzen, audit, ...watching };
  const parts = { ...start, reloader, drain, collector, ...seen };
  if (spans !== undefined) rows.stored.subscribe(spans.take);
  try {
    admin = await startAdmin(adminPartsOf(parts));
    await collector.start();
    // After all that look on, so that no row passes unseen.
    await drain.start();
  } catch (thrown) {
    await collector.close();
    await spans?.shutdown(SPANS_MS);
    await admin?.close();
    throw thrown;
  }
  watch.files(initial.files);
  startWatching(watching);
  return running(parts, { watch, admin, decisions });
}

function openDrains(start: ControlOptions, spools: SignalSpools, { sink, see }: RowFeed): Drains {
  const { spool, lock, store, log } = start;
  return createDrains({
    requests: { spool, sink, see },
    signals: { spools, sink: store.sink },
    lock,
    log,
    clock: systemClock,
    random: Math.random,
  });
}

function openCollector({ dataPlane, initial, log }: ControlOptions, spools: SignalSpools) {
  const handshakeFailed = dataPlane.handshakes.collectorFailed;
  return createCollector(initial, { spools, log, handshakeFailed });
}

/** Its segments are this thread's own: they bear the number after the last worker's. */
function openDecisionLog({ dataPlane, spool, initial, log }: ControlOptions): DecisionLog {
  const { instance, memory } = dataPlane;
  const clock = createSharedClock(memory);
  return createDecisionLog({ spool, instance, worker: initial.config.workers, clock, log });
}

/** After the decisions' number. */
function openAuditLog(
  { dataPlane, spool, initial, log }: ControlOptions,
  inForce: () => InForce,
): AuditLog {
  const { instance, memory } = dataPlane;
  const clock = createSharedClock(memory);
  const worker = initial.config.workers + 1;
  const configRevision = () => inForce().revision;
  const conceal = ofNewest(() => inForce().config.telemetry, createConceal);
  return createAuditLog({ spool, instance, worker, clock, log, configRevision, conceal });
}

/** Workers first; what else hangs on the config follows once they have taken it. */
function publisher({ dataPlane, store, log, holds, taken }: PublisherParts) {
  const swap = (next: InForce): Promise<string | null> =>
    dataPlane.publish({ ...next, config: holds().weighed(next.config) });
  const publish = async (next: InForce): Promise<string | null> => {
    holds().prepare(next.config.services);
    const fault = await swap(next);
    if (fault !== null) return fault;
    store.setRetention(next.config.retention).catch((thrown: unknown) => {
      log.warn("retention_not_set", { cause: messageOf(thrown) });
    });
    taken(next);
    return null;
  };
  return { swap, publish };
}

interface PublisherParts extends Pick<Running, "dataPlane" | "store" | "log"> {
  readonly holds: () => Holds;
  readonly taken: (next: InForce) => void;
}

/** What lives beside the path of a request and of a row. */
interface Attached {
  readonly watch: FileWatch;
  readonly admin: Admin;
  readonly decisions: DecisionLog;
}

function running(parts: Running, { watch, admin, decisions }: Attached): App {
  const { dataPlane, reloader, store, drain, spans, explainer, audit, collector } = parts;
  const { instance, workers } = dataPlane;
  return {
    instance,
    workers,
    reloader,
    store,
    drain,
    ports: workers.ports,
    adminAddress: admin.address,
    adminIsSecure: admin.isSecure,
    collectorAddress: collector.state()?.listen ?? null,
    collectorIsSecure: collector.state()?.isSecure ?? false,
    inForce: reloader.current,
    /** In the order that loses nothing: no new requests, then their rows, then what takes the rows. */
    async stop() {
      watch.close();
      await stopWatching(parts);
      await workers.drain(reloader.current().config.drain_ms);
      await collector.close();
      decisions.close();
      audit.close();
      await drain.stop();
      await spans?.shutdown(SPANS_MS);
      await store.stop();
      await admin.close();
      await explainer.close();
    },
  };
}
