// The sections that say where rows are kept, for how long, and what is learned from them.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { integer, milliseconds, storeUrl, textLike } from "../fields.ts";

const MAX_DAYS = 3_650;
const MAX_BOUND = 10;
const { retention, statistics } = DEFAULTS;

export const storeSection = z
  .union([
    z.literal("embedded"),
    z.strictObject({
      url: storeUrl().meta({ description: "A ClickHouse server; no path: database weir" }),
    }),
  ])
  .default(DEFAULTS.store)
  .meta({ description: "The ClickHouse that keeps the rows" });

const days = (otherwise: number, description: string): z.ZodDefault<z.ZodInt> =>
  integer(1, MAX_DAYS).default(otherwise).meta({ description });

/** It stands in SQL as it is. */
const storageName = (description: string): z.ZodString =>
  textLike("a name of letters, digits and _", (text) => /^[A-Za-z_]\w{0,63}$/.test(text)).meta({
    description,
  });

export const retentionSection = z.strictObject({
  requests_days: days(retention.requests_days, "How long request rows are kept"),
  rollup_10s_days: days(retention.rollup_10s_days, "How long the 10-second rollup is kept"),
  rollup_1m_days: days(
    retention.rollup_1m_days,
    "How long the 1-minute rollup is kept, and sums of 10 minutes and an hour",
  ),
  rollup_1h_days: days(
    retention.rollup_1h_days,
    "How long the 1-hour rollup is kept, and sums of 6 hours and more",
  ),
  traces_days: days(retention.traces_days, "How long services' own spans are kept"),
  logs_days: days(retention.logs_days, "How long services' logs are kept"),
  metrics_days: days(retention.metrics_days, "How long services' metrics are kept"),
  disk_percent: integer(10, 100).default(retention.disk_percent).meta({
    description:
      "Of the embedded store's disk; beyond it the oldest days go before their time, if that is enough. A server's disks are left to it",
  }),
  disk_min_days: days(retention.disk_min_days, "How many of the newest days stay on a full disk"),
  cold: z
    .strictObject({
      policy: storageName("The server's storage policy; it must have the volume default, too"),
      volume: storageName("The volume of it that they go to, such as one on S3").default("cold"),
      after_days: days(7, "How old they are then"),
    })
    .optional()
    .meta({
      description: "Where rows, spans, logs and metrics go before they end; of a server only",
    }),
});

export const statisticsSection = z.strictObject({
  interval_ms: milliseconds(100)
    .default(statistics.interval_ms)
    .meta({ description: "How often rollups are read for the balancer" }),
  bound: z
    .number()
    .min(1)
    .max(MAX_BOUND)
    .default(statistics.bound)
    .meta({ description: "A weight from statistics stays within [1/bound, bound]" }),
  fade_ms: milliseconds(1_000)
    .default(statistics.fade_ms)
    .meta({ description: "Age at which a statistic no longer counts" }),
});
