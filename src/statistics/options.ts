// What the config says about feeding statistics back into the balancer.

export interface StatisticsOptions {
  /** How often rollups are read. */
  readonly interval_ms: number;
  /** A weight from statistics stays within [1/bound, bound]. */
  readonly bound: number;
  /** Age at which a statistic has faded to neutral. */
  readonly fade_ms: number;
}
