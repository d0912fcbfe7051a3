// Feeds what all replicas measured back into this one's balancer, for as long as the store answers.
import { createSharedClock } from "../balancer/shared-clock.ts";
import type { Log } from "../core/log.ts";
import type { StatisticsOptions } from "../statistics/options.ts";
import { createStatisticsPoll, type StatisticsPoll } from "../statistics/poll.ts";
import { readAttemptStatistics } from "../store/attempt-statistics.ts";
import type { Store } from "../store/client.ts";
import type { DataPlane } from "./data-plane.ts";

export interface StatisticsParts {
  readonly dataPlane: Pick<DataPlane, "memory" | "shared" | "balanced">;
  /** null: not there yet. */
  readonly store: () => Store | null;
  /** As the config in force has them. */
  readonly options: () => StatisticsOptions;
  readonly log: Log;
}

/** Twelve rollups of ten seconds: enough attempts to judge by, and soon over a bad minute. */
const WINDOW_SECONDS = 120;
/** A store that takes longer has more urgent things to do. */
const QUERY_TIMEOUT_MS = 5_000;

export function createStatistics({ dataPlane, store, ...rest }: StatisticsParts): StatisticsPoll {
  return createStatisticsPoll({
    ...rest,
    shared: dataPlane.shared,
    clock: createSharedClock(dataPlane.memory),
    current: dataPlane.balanced,
    query: async () => {
      const there = store();
      const window = { windowSeconds: WINDOW_SECONDS, timeoutMs: QUERY_TIMEOUT_MS };
      // A store that is still starting has said so itself.
      return there === null ? [] : readAttemptStatistics(there, window);
    },
  });
}
