// Connection pools that outlive a snapshot: those of endpoints that stay, with the certificates of now.
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { UpstreamTls } from "../upstream/options.ts";
import { createUpstreamPool } from "../upstream/pool.ts";
import type { OpenPool, UpstreamPool } from "../upstream/upstream.ts";
import { createUpstreamTlsLog, type UpstreamTlsLog } from "./upstream-tls-log.ts";
import type { SnapshotSource } from "./worker-protocol.ts";

const UPSTREAM_KEEP_ALIVE_MS = 60_000;
const RETIRE_MS = 30_000;
const MAX_HEAD_BYTES = 65_536;

export interface RegistryParts {
  readonly clock: Clock;
  readonly log: Log;
  /** How an endpoint is reached: weir's own client, but in an Express application. */
  readonly openPool?: OpenPool;
}

/** What one snapshot wants of an endpoint. */
interface Wanted {
  readonly url: string;
  connections: number;
  readonly tls: UpstreamTls | null;
}

interface Kept {
  readonly pool: UpstreamPool;
  revision: string;
}

export class UpstreamRegistry {
  readonly #clock: Clock;
  readonly #openPool: OpenPool;
  readonly #tlsLog: UpstreamTlsLog;
  #kept: ReadonlyMap<string, Kept> = new Map();
  /** No snapshot has them any more; requests that began on an older one may still come to them. */
  readonly #retired: Set<UpstreamPool> = new Set();

  constructor({ clock, log, openPool = createUpstreamPool }: RegistryParts) {
    this.#clock = clock;
    this.#openPool = openPool;
    this.#tlsLog = createUpstreamTlsLog(log, clock);
  }

  /** The pools of one snapshot, by service and URL: those that stay keep their connections, as many as it allows. */
  keep(source: SnapshotSource): ReadonlyMap<string, ReadonlyMap<string, UpstreamPool>> {
    const next = new Map<string, Kept>();
    for (const [key, wanted] of wantedBy(source)) next.set(key, this.#keepOne(key, wanted));
    for (const [key, { pool }] of this.#kept) if (!next.has(key)) this.#retire(pool);
    this.#kept = next;
    return byService(source, next);
  }

  async close(): Promise<void> {
    // The retired, too: their kept connections would hold up the end of the thread.
    const pools = [...Array.from(this.#kept.values(), ({ pool }) => pool), ...this.#retired];
    await Promise.all(pools.map((pool) => pool.close(0)));
  }

  #keepOne(key: string, wanted: Wanted): Kept {
    const { connections, tls } = wanted;
    const revision = tls?.revision ?? "";
    const kept = this.#kept.get(key);
    if (kept === undefined) return { pool: this.#open(wanted), revision };
    kept.pool.resize(connections);
    if (kept.revision !== revision) kept.pool.renew(tls);
    kept.revision = revision;
    return kept;
  }

  #retire(pool: UpstreamPool): void {
    this.#retired.add(pool);
    const close = (): void => void pool.close(RETIRE_MS).then(() => this.#retired.delete(pool));
    setTimeout(close, RETIRE_MS).unref();
  }

  #open({ url, tls, connections }: Wanted): UpstreamPool {
    return this.#openPool(
      { url, tls },
      {
        connections,
        keepAliveMs: UPSTREAM_KEEP_ALIVE_MS,
        maxHeadBytes: MAX_HEAD_BYTES,
        clock: this.#clock,
        tlsFailed: (failure) => this.#tlsLog(url, failure),
      },
    );
  }
}

/** By key; services that share an endpoint share its connections, and the most generous counts. */
function wantedBy({ config, upstreamTls }: SnapshotSource): Map<string, Wanted> {
  const all = new Map<string, Wanted>();
  for (const [name, { endpoints, connections }] of Object.entries(config.services)) {
    const tls = upstreamTls[name] ?? null;
    for (const { url } of endpoints) {
      const key = keyOf(name, url, tls);
      const one = all.get(key) ?? { url, connections, tls };
      one.connections = Math.max(one.connections, connections);
      all.set(key, one);
    }
  }
  return all;
}

function byService({ config, upstreamTls }: SnapshotSource, kept: ReadonlyMap<string, Kept>) {
  const services = new Map<string, Map<string, UpstreamPool>>();
  for (const [name, { endpoints }] of Object.entries(config.services)) {
    const own = new Map<string, UpstreamPool>();
    for (const { url } of endpoints) {
      const found = kept.get(keyOf(name, url, upstreamTls[name] ?? null));
      if (found !== undefined) own.set(url, found.pool);
    }
    services.set(name, own);
  }
  return services;
}

/** Who trusts in its own way, or shows a certificate, shares no connection. */
function keyOf(service: string, url: string, tls: UpstreamTls | null): string {
  return tls === null ? url : `${service}\n${url}`;
}
