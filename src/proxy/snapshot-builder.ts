// Builds a worker's snapshots and keeps what outlives one: connections to endpoints that stay.
import { createServicePools } from "../balancer/service-pools.ts";
import type { SharedState } from "../balancer/shared-state.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Revocations } from "../identity/tokens/revocations.ts";
import type { Propagation } from "../telemetry/propagation.ts";
import { createUpstreamPool } from "../upstream/pool.ts";
import type { UpstreamEndpoint, UpstreamPool, UpstreamPoolOptions } from "../upstream/upstream.ts";
import { AttachedPolicies } from "./attached-policies.ts";
import { createLastingMethods } from "./lasting-methods.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import type { SnapshotSource } from "./worker-protocol.ts";

const UPSTREAM_KEEP_ALIVE_MS = 60_000;
const RETIRE_MS = 30_000;
const MAX_HEAD_BYTES = 65_536;

export interface SnapshotBuilderParts {
  readonly shared: SharedState;
  readonly worker: number;
  /** Where all workers count failures to authenticate. */
  readonly failures: SharedArrayBuffer;
  readonly clock: Clock;
  readonly propagation: Propagation;
  readonly revocations: Revocations;
  readonly log: Log;
  /** How an endpoint is reached: weir's own client, but in an Express application. */
  readonly openPool?: OpenPool;
}

type OpenPool = (endpoint: UpstreamEndpoint, options: UpstreamPoolOptions) => UpstreamPool;

export interface SnapshotBuilder {
  /** @throws Error naming the fault; whatever was in force stays in force. */
  readonly build: (source: SnapshotSource) => Promise<Snapshot>;
  readonly close: () => Promise<void>;
}

export function createSnapshotBuilder(parts: SnapshotBuilderParts): SnapshotBuilder {
  const methods = createLastingMethods(parts);
  const upstreams = new UpstreamRegistry(parts.clock, parts.openPool ?? createUpstreamPool);
  const policies = new AttachedPolicies();
  return {
    async build(source) {
      const { config, revision } = source;
      const { policy, shadow } = await policies.attach(source);
      const identity = await methods.keep(config.identity, source.users);
      const pools = createServicePools({
        ...parts,
        services: config.services,
        slots: source.slots,
        random: Math.random,
      });
      return createSnapshot({
        revision,
        config,
        policy,
        shadow,
        pools,
        identity,
        propagation: parts.propagation,
        upstreams: upstreams.keep(config),
      });
    },
    close() {
      methods.close();
      return upstreams.close();
    },
  };
}

/** Connection pools by endpoint URL. */
class UpstreamRegistry {
  readonly #clock: Clock;
  readonly #openPool: OpenPool;
  #pools: ReadonlyMap<string, UpstreamPool> = new Map();
  /** No snapshot has them any more; requests that began on an older one may still come to them. */
  readonly #retired: Set<UpstreamPool> = new Set();

  constructor(clock: Clock, openPool: OpenPool) {
    this.#clock = clock;
    this.#openPool = openPool;
  }

  /** The pools of one snapshot: those that stay keep their connections, as many as it allows. */
  keep(config: Config): ReadonlyMap<string, UpstreamPool> {
    const next = new Map<string, UpstreamPool>();
    for (const [url, connections] of connectionsOf(config)) {
      const kept = this.#pools.get(url);
      kept?.resize(connections);
      next.set(url, kept ?? this.#open(url, connections));
    }
    for (const [url, pool] of this.#pools) if (!next.has(url)) this.#retire(pool);
    this.#pools = next;
    return next;
  }

  async close(): Promise<void> {
    // The retired, too: their kept connections would hold up the end of the thread.
    const pools = [...this.#pools.values(), ...this.#retired];
    await Promise.all(pools.map((pool) => pool.close(0)));
  }

  #retire(pool: UpstreamPool): void {
    this.#retired.add(pool);
    const close = (): void => void pool.close(RETIRE_MS).then(() => this.#retired.delete(pool));
    setTimeout(close, RETIRE_MS).unref();
  }

  #open(url: string, connections: number): UpstreamPool {
    return this.#openPool(
      { url },
      {
        connections,
        keepAliveMs: UPSTREAM_KEEP_ALIVE_MS,
        maxHeadBytes: MAX_HEAD_BYTES,
        clock: this.#clock,
      },
    );
  }
}

/** By endpoint URL; services that share one share its connections, and the most generous counts. */
function connectionsOf({ services }: Config): Map<string, number> {
  const most = new Map<string, number>();
  for (const { endpoints, connections } of Object.values(services)) {
    for (const { url } of endpoints) most.set(url, Math.max(most.get(url) ?? 0, connections));
  }
  return most;
}
