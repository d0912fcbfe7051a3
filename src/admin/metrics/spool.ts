// Metrics of the spool: request rows without a label, what services sent by signal.
import type { DrainStats } from "../../telemetry/drain.ts";
import type { AdminParts } from "../parts.ts";
import type { Labels, Metric, Samples } from "./exposition.ts";

interface Family extends Omit<Samples, "samples"> {
  readonly value: (stats: DrainStats) => number;
}

const FAMILIES: readonly Family[] = [
  {
    name: "weir_spool_pending_rows",
    help: "Rows that wait, estimated.",
    type: "gauge",
    value: ({ pendingRows }) => pendingRows,
  },
  {
    name: "weir_spool_pending_bytes",
    help: "Bytes that wait.",
    type: "gauge",
    value: ({ pendingBytes }) => pendingBytes,
  },
  {
    name: "weir_spool_lag_seconds",
    help: "Age of the oldest row that waits.",
    type: "gauge",
    value: ({ lagMs }) => lagMs / 1000,
  },
  {
    name: "weir_spool_stored_rows_total",
    help: "Rows stored.",
    type: "counter",
    value: ({ storedRows }) => storedRows,
  },
  {
    name: "weir_spool_dropped_rows_total",
    help: "Rows lost: the spool was full.",
    type: "counter",
    value: ({ droppedRows }) => droppedRows,
  },
  {
    name: "weir_spool_rejected_rows_total",
    help: "Rows the store will never take.",
    type: "counter",
    value: ({ rejectedRows }) => rejectedRows,
  },
  {
    name: "weir_dead_letter_bytes",
    help: "What is kept of rows the store will never take.",
    type: "gauge",
    value: ({ deadLetterBytes }) => deadLetterBytes,
  },
  {
    name: "weir_dead_letter_dropped_rows_total",
    help: "Such rows that made room for newer ones.",
    type: "counter",
    value: ({ droppedLetters }) => droppedLetters,
  },
];

export function spoolMetrics({ drain, signals }: AdminParts): Metric[] {
  const streams: [Labels, DrainStats][] = [[{}, drain()]];
  for (const [stream, stats] of signals()) streams.push([{ stream }, stats]);
  return FAMILIES.map(({ value, ...family }) => ({
    ...family,
    samples: streams.map(([labels, stats]) => [labels, value(stats)] as const),
  }));
}
