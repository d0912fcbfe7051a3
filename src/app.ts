// Composition root: wires everything, starts it in the order traffic needs, stops it in reverse.
import type { Admin } from "./admin/server.ts";
import type { Running } from "./app/admin-parts.ts";
import type { Config, ListenAddress } from "./config/config.ts";
import type { LoadResult } from "./config/load.ts";
import { createReloader, type InForce, loadAll, type Reloader } from "./control/reloader.ts";
import { startDataPlane } from "./control/data-plane.ts";
import { openSpool } from "./control/open-spool.ts";
import { createRowFeed, type RowFeed } from "./control/row-feed.ts";
import { createStatistics } from "./control/statistics.ts";
import { createStoreLink, type StoreLink } from "./control/store-link.ts";
import { type FileWatch, watchFiles } from "./control/watch.ts";
import { systemClock } from "./core/clock.ts";
import { messageOf } from "./core/errors.ts";
import type { Log } from "./core/log.ts";
import type { Workers } from "./proxy/workers.ts";
import { createDrain, type Drain } from "./telemetry/drain.ts";
import { createSpanExport, type SpanExport } from "./telemetry/export.ts";
import type { Spool } from "./telemetry/spool.ts";

/** For the last spans to leave at a stop; a receiver that hangs must not hold it up. */
const SPANS_MS = 1_000;

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
  const rows = rowPath(loaded.next.config, log);
  await rows.drain.start();
  try {
    return { ok: true, app: await startOver(rows, { initial: loaded.next, load, log }) };
  } catch (thrown) {
    await rows.drain.stop(0);
    await rows.store.stop();
    throw thrown;
  }
}

/** Everything a row passes on its way from a worker to the store. */
interface RowPath {
  readonly spool: Spool;
  readonly store: StoreLink;
  readonly feed: RowFeed;
  readonly drain: Drain;
}

function rowPath(config: Config, log: Log): RowPath {
  const store = createStoreLink(config, log);
  const feed = createRowFeed(store.sink, log);
  const spool = openSpool(config, config.workers);
  const { sink, see } = feed;
  return {
    spool,
    store,
    feed,
    drain: createDrain({ spool, sink, see, log, clock: systemClock, random: Math.random }),
  };
}

interface Start extends AppOptions {
  readonly initial: InForce;
}

async function startOver({ spool, store, feed, drain }: RowPath, start: Start): Promise<App> {
  const { initial, log } = start;
  // While the workers start, what they don't need is loaded: the proxy should listen first.
  const [dataPlane, { startAdmin }, { adminPartsOf }] = await Promise.all([
    startDataPlane({ initial, spool, log }),
    import("./admin/server.ts"),
    import("./app/admin-parts.ts"),
  ]);
  const spans = await createSpanExport({ env: process.env, instance: dataPlane.instance, log });
  // Before the store starts, so that no row is stored unseen.
  if (spans !== undefined) feed.stored.subscribe(spans.take);
  store.start();
  const watch = watchFiles(() => void reloader.reload());
  watch.files(initial.files);
  const publish = publisher({ dataPlane, store, log, watch });
  const reloader = createReloader({ ...start, publish });
  const options = () => reloader.current().config.statistics;
  const statistics = createStatistics({ dataPlane, store: store.store, options, log });
  statistics.start();
  const parts = { dataPlane, reloader, store, drain, rows: feed.live, statistics, log };
  try {
    return running(parts, { watch, spans, admin: await startAdmin(adminPartsOf(parts)) });
  } catch (thrown) {
    watch.close();
    statistics.stop();
    await dataPlane.workers.drain(0);
    throw thrown;
  }
}

/** Workers first; what else hangs on the config follows once they have taken it. */
function publisher({
  dataPlane,
  store,
  log,
  watch,
}: Pick<Running, "dataPlane" | "store" | "log"> & { readonly watch: FileWatch }) {
  return async (next: InForce): Promise<string | null> => {
    const fault = await dataPlane.publish(next);
    if (fault !== null) return fault;
    watch.files(next.files);
    store.setRetention(next.config.retention).catch((thrown: unknown) => {
      log.warn("retention_not_set", { cause: messageOf(thrown) });
    });
    return null;
  };
}

/** What lives beside the path of a request and of a row. */
interface Attached {
  readonly watch: FileWatch;
  readonly spans: SpanExport | undefined;
  readonly admin: Admin;
}

function running(parts: Running, { watch, spans, admin }: Attached): App {
  const { dataPlane, reloader, store, drain, statistics } = parts;
  const { instance, workers } = dataPlane;
  return {
    instance,
    workers,
    reloader,
    store,
    drain,
    port: workers.port,
    adminAddress: admin.address,
    inForce: reloader.current,
    /** In the order that loses nothing: no new requests, then their rows, then what takes the rows. */
    async stop() {
      watch.close();
      statistics.stop();
      await workers.drain(reloader.current().config.drain_ms);
      await drain.stop();
      await spans?.shutdown(SPANS_MS);
      await store.stop();
      await admin.close();
    },
  };
}
