// Gives each (service, endpoint) its place in shared memory, and keeps it across config reloads.
import type { Nanos } from "../core/clock.ts";
import type { ServiceOptions } from "./options.ts";
import { STRIPE, type SharedState } from "./shared-state.ts";

/** The slots of one service: its own (fleet mean) and its endpoints', in config order. */
export interface ServiceSlots {
  readonly service: number;
  readonly endpoints: readonly number[];
}

/** By service name; goes to the workers with the config snapshot. */
export type SlotPlan = Readonly<Record<string, ServiceSlots>>;

export interface SlotTable {
  /**
   * Slots for exactly these services: known ones keep theirs, the rest is freed.
   * Throws a RangeError when there are more than fit; then nothing has changed.
   */
  readonly assign: (services: Readonly<Record<string, ServiceOptions>>, nowNs: Nanos) => SlotPlan;
  /** Takes the last `assign` back: its config was refused, and the plan before stays in force. */
  readonly undo: () => void;
}

const SERVICE = "";

/** Main thread only: the one place that gives out slots. */
export function createSlotTable(shared: SharedState): SlotTable {
  let given = new Map<string, number>();
  // Used from the front, refilled at the back: a freed slot rests as long as possible.
  let free = Array.from({ length: shared.capacity }, (_, slot) => slot);
  let before = { given, free };

  const take = (nowNs: Nanos): number => {
    const at = free.findIndex((slot) => shared.total(slot, STRIPE.inflight) === 0);
    const slot = free.splice(Math.max(at, 0), 1)[0] ?? 0;
    shared.clear(slot, nowNs);
    return slot;
  };

  return {
    assign(services, nowNs) {
      const keys = new Set(Object.entries(services).flatMap(keysOf));
      if (keys.size > shared.capacity) {
        throw new RangeError(
          `services and endpoints need ${keys.size} balancer slots, but there are ${shared.capacity}`,
        );
      }
      before = { given, free: [...free] };
      for (const [key, slot] of given) if (!keys.has(key)) free.push(slot);
      const next = new Map<string, number>();
      for (const key of keys) {
        const kept = given.get(key);
        if (kept !== undefined) next.set(key, kept);
      }
      for (const key of keys) if (!next.has(key)) next.set(key, take(nowNs));
      given = next;
      return planOf(services, next);
    },
    undo() {
      ({ given, free } = before);
    },
  };
}

function planOf(
  services: Readonly<Record<string, ServiceOptions>>,
  slots: ReadonlyMap<string, number>,
): SlotPlan {
  const plan: Record<string, ServiceSlots> = {};
  for (const [name, options] of Object.entries(services)) {
    const [service = 0, ...endpoints] = keysOf([name, options]).map((key) => slots.get(key) ?? 0);
    plan[name] = { service, endpoints };
  }
  return plan;
}

function keysOf([name, options]: [string, ServiceOptions]): string[] {
  const urls = [SERVICE, ...options.endpoints.map((endpoint) => endpoint.url)];
  return urls.map((url) => `${name}\n${url}`);
}
