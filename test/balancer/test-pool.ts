// A pool over fresh shared memory with a clock that stands still until told, for the tests.
import { seededRandom } from "../../src/core/clock.ts";
import { describeServices, type EndpointDescription } from "../../src/balancer/describe.ts";
import type { Lease } from "../../src/balancer/lease.ts";
import type { BalancePolicy, ServiceOptions } from "../../src/balancer/options.ts";
import type { Endpoint } from "../../src/balancer/pickers/picker.ts";
import type { PickContext, ServicePool } from "../../src/balancer/service-pool.ts";
import { createServicePools } from "../../src/balancer/service-pools.ts";
import { createSharedMemory, SharedState } from "../../src/balancer/shared-state.ts";
import { createSlotTable, type SlotPlan } from "../../src/balancer/slot-table.ts";

export const MS = 1e6;
export const SECOND = 1e9;
const SERVICE = "orders";

export interface TestPoolOptions {
  readonly policy: BalancePolicy;
  readonly weights: readonly number[];
  readonly workers?: number;
  readonly seed?: number;
}

export interface TestPool {
  readonly endpoints: readonly Endpoint[];
  readonly shared: SharedState;
  readonly plan: SlotPlan;
  /** One pool for each worker. */
  readonly pools: readonly ServicePool[];
  readonly nowNs: () => number;
  readonly advance: (ns: number) => void;
  /** Makes an endpoint one that has just joined. */
  readonly join: (index: number) => void;
  /** By worker 0; the hash differs with each call unless given. */
  readonly lease: (context?: Partial<PickContext>) => Lease | null;
  readonly describe: () => readonly EndpointDescription[];
}

export function createTestPool(options: TestPoolOptions): TestPool {
  const { policy, weights, workers = 1, seed = 1 } = options;
  const shared = new SharedState(createSharedMemory({ workers, capacity: weights.length + 1 }));
  const services = { [SERVICE]: serviceOptions(policy, weights) };
  const plan = createSlotTable(shared).assign(services, 0);
  const pools = Array.from({ length: workers }, (_, worker) =>
    createServicePools({
      services,
      slots: plan,
      shared,
      worker,
      random: seededRandom(seed + worker),
    }),
  ).flatMap((byName) => [...byName.values()]);
  const hashes = seededRandom(seed);
  // Past the age at which endpoints are young.
  let nowNs = 60 * SECOND;
  return {
    endpoints: pools[0]!.endpoints,
    shared,
    plan,
    pools,
    nowNs: () => nowNs,
    advance: (ns) => {
      nowNs += ns;
    },
    join: (index) => shared.clear(plan[SERVICE]!.endpoints[index]!, nowNs),
    lease: (context) => {
      const hash = Math.floor(hashes() * 2 ** 32);
      return pools[0]!.lease({ routeId: 0, hash, tried: [], ...context }, nowNs);
    },
    describe: () => describeServices({ services, slots: plan, shared, nowNs })[0]!.endpoints,
  };
}

export function serviceOptions(policy: BalancePolicy, weights: readonly number[]): ServiceOptions {
  return {
    endpoints: weights.map((weight, at) => ({ url: `http://127.0.0.1:${4001 + at}`, weight })),
    balance: policy,
    hash: { on: "path" },
    connections: 8,
    retries: 1,
    tls: null,
  };
}
