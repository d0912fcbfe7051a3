// The balancer's state in words and numbers, for the admin API, the UI and metrics.
import type { Nanos } from "../core/clock.ts";
import { estimateAtNs, fleetMeanNs } from "./estimate.ts";
import { isEjected, isHeld } from "./health.ts";
import type { BalancePolicy, ServiceOptions } from "./options.ts";
import { YOUNG_NS } from "./pickers/cold-start-cap.ts";
import { FIELD, STRIPE, type SharedState } from "./shared-state.ts";
import type { SlotPlan } from "./slot-table.ts";
import { statisticsWeightAt } from "./statistics-weight.ts";

/** held: somebody took it out. trial: its ejection is over, one attempt will tell or is telling. */
export type EndpointState = "ok" | "young" | "ejected" | "trial" | "held";

/** Names as the admin API shows them. */
export interface EndpointDescription {
  readonly url: string;
  readonly weight: number;
  readonly inflight: number;
  /** Expected time to first byte; 0: unknown. */
  readonly estimate_ns: number;
  readonly samples: number;
  readonly failures_in_row: number;
  readonly state: EndpointState;
  /** How long it stays ejected; 0: not. */
  readonly ejected_for_ns: number;
  readonly statistics_weight: number;
  readonly ok_total: number;
  readonly failed_total: number;
}

export interface ServiceDescription {
  readonly service: string;
  readonly picker: BalancePolicy;
  /** Mean time to first byte over all endpoints; 0: unknown. */
  readonly mean_ns: number;
  readonly endpoints: readonly EndpointDescription[];
}

export interface DescribeOptions {
  readonly services: Readonly<Record<string, ServiceOptions>>;
  readonly slots: SlotPlan;
  readonly shared: SharedState;
  readonly nowNs: Nanos;
}

export function describeServices(options: DescribeOptions): ServiceDescription[] {
  const { services, slots, shared } = options;
  return Object.entries(services).map(([service, { balance, endpoints }]) => {
    const plan = slots[service];
    return {
      service,
      picker: balance,
      mean_ns: plan === undefined ? 0 : shared.read(plan.service, FIELD.estimateNs),
      endpoints: endpoints.map((endpoint, at) => {
        const slot = plan?.endpoints[at] ?? 0;
        const fleetNs = plan === undefined ? 0 : fleetMeanNs(shared, plan.service);
        return { ...endpoint, ...describeSlot(shared, slot, { fleetNs, nowNs: options.nowNs }) };
      }),
    };
  });
}

function describeSlot(
  shared: SharedState,
  slot: number,
  at: { readonly fleetNs: Nanos; readonly nowNs: Nanos },
): Omit<EndpointDescription, "url" | "weight"> {
  const isKnown = shared.read(slot, FIELD.estimateNs) > 0;
  return {
    inflight: shared.total(slot, STRIPE.inflight),
    estimate_ns: isKnown ? estimateAtNs(shared, slot, at) : 0,
    samples: shared.read(slot, FIELD.samples),
    failures_in_row: shared.read(slot, FIELD.failuresInRow),
    state: stateOf(shared, slot, at.nowNs),
    ejected_for_ns: Math.max(0, shared.read(slot, FIELD.ejectedUntilNs) - at.nowNs),
    statistics_weight: statisticsWeightAt(shared, slot, at.nowNs),
    ok_total: shared.total(slot, STRIPE.ok) - shared.read(slot, FIELD.okBefore),
    failed_total: shared.total(slot, STRIPE.failed) - shared.read(slot, FIELD.failedBefore),
  };
}

function stateOf(shared: SharedState, slot: number, nowNs: Nanos): EndpointState {
  if (isHeld(shared, slot, nowNs)) return "held";
  if (isEjected(shared, slot)) {
    return nowNs >= shared.read(slot, FIELD.ejectedUntilNs) ? "trial" : "ejected";
  }
  return nowNs - shared.read(slot, FIELD.sinceNs) < YOUNG_NS ? "young" : "ok";
}
