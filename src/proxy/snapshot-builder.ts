// Builds a worker's snapshots and keeps what outlives one: connections to endpoints that stay.
import { createServicePools } from "../balancer/service-pools.ts";
import type { SharedState } from "../balancer/shared-state.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { TokenOptions } from "../identity/options.ts";
import type { KeySource } from "../identity/tokens/key-source.ts";
import type { RevokedTokens } from "../identity/tokens/revoked-tokens.ts";
import type { Propagation } from "../telemetry/propagation.ts";
import type { OpenPool } from "../upstream/upstream.ts";
import { AttachedPolicies } from "./attached-policies.ts";
import { createLastingMethods } from "./lasting-methods.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import { UpstreamRegistry } from "./upstream-registry.ts";
import type { SnapshotSource } from "./worker-protocol.ts";

export interface SnapshotBuilderParts {
  readonly shared: SharedState;
  readonly worker: number;
  /** Where all workers count failures to authenticate. */
  readonly failures: SharedArrayBuffer;
  readonly clock: Clock;
  readonly propagation: Propagation;
  readonly revoked: RevokedTokens;
  /** Where keys come from that issuers of tokens publish. */
  readonly openKeys?: (options: TokenOptions) => KeySource;
  readonly log: Log;
  /** How an endpoint is reached: weir's own client, but in an Express application. */
  readonly openPool?: OpenPool;
}

export interface SnapshotBuilder {
  /** @throws Error naming the fault; whatever was in force stays in force. */
  readonly build: (source: SnapshotSource) => Promise<Snapshot>;
  readonly close: () => Promise<void>;
}

export function createSnapshotBuilder(parts: SnapshotBuilderParts): SnapshotBuilder {
  const methods = createLastingMethods(parts);
  const upstreams = new UpstreamRegistry(parts);
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
        upstreams: upstreams.keep(source),
      });
    },
    close() {
      methods.close();
      return upstreams.close();
    },
  };
}
