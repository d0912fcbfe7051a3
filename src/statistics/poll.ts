// Reads the rollups at intervals and publishes weights; whatever goes wrong, they just fade.
import { publishStatisticsWeight } from "../balancer/statistics-weight.ts";
import type { SharedState } from "../balancer/shared-state.ts";
import type { SlotPlan } from "../balancer/slot-table.ts";
import type { ServiceOptions } from "../balancer/options.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { StatisticsOptions } from "./options.ts";
import { scoreUpstreams, type UpstreamRow, type UpstreamWeight } from "./score.ts";

/** What is being balanced now: changes with each config snapshot. */
export interface BalancedServices {
  readonly services: Readonly<Record<string, ServiceOptions>>;
  readonly slots: SlotPlan;
}

export interface StatisticsPollOptions {
  /** Asked anew each round: a reload may change them. */
  readonly options: () => StatisticsOptions;
  /** The rows of the last minutes; ends by itself. */
  readonly query: () => Promise<readonly UpstreamRow[]>;
  readonly current: () => BalancedServices;
  readonly shared: SharedState;
  /** createSharedClock's. */
  readonly clock: Clock;
  readonly log: Log;
}

export interface StatisticsPoll {
  /** One round; never throws. False where the store did not answer. */
  readonly once: () => Promise<boolean>;
  /** The first round now, the next one each interval after the last has ended. */
  readonly start: () => void;
  /** A round under way ends without a word. */
  readonly stop: () => void;
}

export function createStatisticsPoll(parts: StatisticsPollOptions): StatisticsPoll {
  const { options, query, log } = parts;
  let timer: NodeJS.Timeout | null = null;
  let running = false;
  let stopped = false;
  let failing = false;

  const once = async (): Promise<boolean> => {
    try {
      const rows = await query();
      publish(parts, scoreUpstreams(rows, options().bound));
      if (failing) log.info("statistics_recovered");
      failing = false;
    } catch (thrown) {
      // Said once, not at each interval: the balancer goes on with what it sees itself.
      if (!failing && !stopped) log.warn("statistics_unavailable", { reason: messageOf(thrown) });
      failing = true;
    }
    return !failing;
  };

  const loop = async (): Promise<void> => {
    await once();
    if (!running) return;
    timer = setTimeout(() => void loop(), options().interval_ms);
    timer.unref();
  };

  return {
    once,
    start() {
      if (running) return;
      running = true;
      void loop();
    },
    stop() {
      running = false;
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** Rows of services and endpoints that are no longer configured are passed over. */
function publish(parts: StatisticsPollOptions, weights: readonly UpstreamWeight[]): void {
  const { shared, clock, options } = parts;
  const { services, slots } = parts.current();
  const published = { nowNs: clock.nowNs(), fadeNs: options().fade_ms * 1e6 };
  for (const { service, upstream, weight } of weights) {
    const at = services[service]?.endpoints.findIndex(({ url }) => url === upstream) ?? -1;
    const slot = slots[service]?.endpoints[at];
    if (slot !== undefined) publishStatisticsWeight(shared, slot, { weight, ...published });
  }
}
