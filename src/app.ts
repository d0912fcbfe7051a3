// Composition root: wires everything, starts it in the order traffic needs, stops it in reverse.
import { join } from "node:path";
import { type Admin, startAdmin } from "./admin/server.ts";
import { adminPartsOf, type Running } from "./app/admin-parts.ts";
import type { Config, ListenAddress } from "./config/config.ts";
import type { LoadResult } from "./config/load.ts";
import { createReloader, type InForce, loadAll, type Reloader } from "./control/reloader.ts";
import { startDataPlane } from "./control/data-plane.ts";
import { createRowFeed } from "./control/row-feed.ts";
import { createStatistics } from "./control/statistics.ts";
import { createStoreLink, type StoreLink } from "./control/store-link.ts";
import { watchFiles } from "./control/watch.ts";
import { systemClock } from "./core/clock.ts";
import type { Log } from "./core/log.ts";
import type { Workers } from "./proxy/workers.ts";
import { createDrain, type Drain } from "./telemetry/drain.ts";
import { createSpool, type Spool } from "./telemetry/spool.ts";

export interface AppOptions {
  /** Reads the config; called again for each reload. */
  readonly load: () => LoadResult;
  readonly log: Log;
}

export interface App {
  /** Port the proxy listens on. */
  readonly port: number;
  readonly adminAddress: ListenAddress;
  readonly instance: string;
  readonly inForce: () => InForce;
  readonly reloader: Reloader;
  readonly store: StoreLink;
  readonly drain: Drain;
  readonly workers: Workers;
  /** Lets requests in flight end, delivers what it can, then ends everything it started. */
  readonly stop: () => Promise<void>;
}

export type AppStart =
  | { readonly ok: true; readonly app: App }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Resolves when the proxy listens; the store may come later, and nothing is lost meanwhile. */
export async function startApp({ load, log }: AppOptions): Promise<AppStart> {
  const loaded = await loadAll(load);
  if (!loaded.ok) return loaded;
  const { config } = loaded.next;
  const store = createStoreLink(config, log);
  const spool = openSpool(config);
  const rows = createRowFeed(store.sink, log);
  const drain = createDrain({
    spool,
    sink: rows.sink,
    log,
    clock: systemClock,
    random: Math.random,
  });
  await drain.start();
  const dataPlane = await startDataPlane({ initial: loaded.next, spool, log });
  store.start();
  const reloader = createReloader({ initial: loaded.next, load, log, publish: dataPlane.publish });
  const options = () => reloader.current().config.statistics;
  const statistics = createStatistics({ dataPlane, store: store.store, options, log });
  statistics.start();
  const parts = { dataPlane, reloader, store, drain, rows, statistics, log };
  try {
    const admin = await startAdmin(adminPartsOf(parts));
    return { ok: true, app: running(parts, admin) };
  } catch (thrown) {
    await stopAll(parts, 0);
    throw thrown;
  }
}

function openSpool({ data, telemetry, workers }: Config): Spool {
  return createSpool({
    folder: join(data, "spool"),
    maxBytes: telemetry.spool.max_bytes,
    segmentBytes: telemetry.spool.segment_bytes,
    audit: telemetry.audit,
    workers,
  });
}

function running(parts: Running, admin: Admin): App {
  const { dataPlane, reloader, store, drain } = parts;
  const { instance, workers } = dataPlane;
  const watch = watchFiles(() => void reloader.reload().then(watchCurrent));
  const watchCurrent = (): void => watch.files(reloader.current().files);
  watchCurrent();
  return {
    instance,
    workers,
    reloader,
    store,
    drain,
    port: workers.port,
    adminAddress: admin.address,
    inForce: reloader.current,
    async stop() {
      watch.close();
      await stopAll(parts, reloader.current().config.drain_ms);
      await admin.close();
    },
  };
}

/** In the order that loses nothing: no new requests, then their rows, then what takes the rows. */
async function stopAll(parts: Running, graceMs: number): Promise<void> {
  const { statistics, dataPlane, drain, store } = parts;
  statistics.stop();
  await dataPlane.workers.drain(graceMs);
  await drain.stop();
  await store.stop();
}
