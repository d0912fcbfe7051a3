// All pools of one worker, made anew with each config snapshot over the same shared memory.
import type { Random } from "../core/clock.ts";
import type { ServiceOptions } from "./options.ts";
import { createServicePool, type ServicePool } from "./service-pool.ts";
import type { SharedState } from "./shared-state.ts";
import type { SlotPlan } from "./slot-table.ts";

export interface ServicePoolsOptions {
  readonly services: Readonly<Record<string, ServiceOptions>>;
  /** Made by the main thread's slot table for the same services. */
  readonly slots: SlotPlan;
  readonly shared: SharedState;
  /** This worker's stripe, from 0. */
  readonly worker: number;
  readonly random: Random;
}

/** Pools by service name. Throws where the plan lacks a service: both come from one snapshot. */
export function createServicePools(options: ServicePoolsOptions): Map<string, ServicePool> {
  const { services, slots, shared, worker, random } = options;
  const pools = new Map<string, ServicePool>();
  for (const [name, service] of Object.entries(services)) {
    const plan = slots[name];
    if (plan === undefined) throw new RangeError(`no balancer slots for service ${name}`);
    const endpoints = service.endpoints.map(({ url, weight }, at) => {
      return { url, weight, slot: plan.endpoints[at] ?? 0 };
    });
    const parts = { name, policy: service.balance, endpoints, serviceSlot: plan.service };
    pools.set(name, createServicePool({ ...parts, shared, worker, random }));
  }
  return pools;
}
