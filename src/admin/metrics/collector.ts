// Metrics of what came over OTLP; nothing where nothing is received.
import type { CollectorCounts, SignalCounts } from "../../collector/counts.ts";
import type { InputCounts } from "../../collector/input-counts.ts";
import type { AdminParts } from "../parts.ts";
import type { Samples } from "./exposition.ts";

type Family = readonly [name: string, help: string];

export function collectorMetrics({ collector }: AdminParts): Samples[] {
  const state = collector();
  if (state === null) return [];
  const { counts, inputs, deaths } = state;
  const plain = (family: Family, of: (one: SignalCounts) => number): Samples =>
    counterOf(family, counts, (one) => [[{}, of(one)]]);
  const byReason = (family: Family, part: "rejected" | "refused"): Samples =>
    counterOf(family, counts, (one) =>
      Object.entries(one[part]).map(([reason, count]) => [{ reason }, count]),
    );
  return [
    plain(["weir_collector_requests_total", "OTLP requests."], ({ requests }) => requests),
    plain(["weir_collector_body_bytes_total", "Their bodies as sent."], (one) => one.bodyBytes),
    plain(
      ["weir_collector_accepted_total", "Spans, log records and points taken."],
      (one) => one.accepted,
    ),
    plain(
      ["weir_collector_cut_values_total", "Values that a limit cut short or left out."],
      (one) => one.cutValues,
    ),
    ...samplingMetrics(counts.traces),
    byReason(
      ["weir_collector_rejected_total", "Spans, log records and points not taken."],
      "rejected",
    ),
    byReason(["weir_collector_refused_total", "OTLP requests refused as a whole."], "refused"),
    inputMetrics(inputs),
    {
      name: "weir_collector_deaths_total",
      help: "Deaths of the collector's thread, each followed by another one.",
      type: "counter",
      samples: [[{}, deaths]],
    },
  ];
}

function samplingMetrics({ sampledOut, hurried, waiting }: SignalCounts): Samples[] {
  const one = (value: number): Samples["samples"] => [[{}, value]];
  return [
    {
      name: "weir_collector_sampled_out_total",
      help: "Spans taken and let go by sampling.",
      type: "counter",
      samples: one(sampledOut),
    },
    {
      name: "weir_collector_sampling_hurried_total",
      help: "Traces decided before their time, for want of room.",
      type: "counter",
      samples: one(hurried),
    },
    {
      name: "weir_collector_waiting_spans",
      help: "Spans that wait on disk for their trace to be decided.",
      type: "gauge",
      samples: one(waiting),
    },
  ];
}

function inputMetrics(inputs: InputCounts): Samples {
  const samples = Object.entries(inputs).flatMap(([input, one]) =>
    Object.entries(one).map(([outcome, count]) => [{ input, outcome }, count] as const),
  );
  const help = "Lines of files and messages of syslog, by what became of them.";
  return { name: "weir_collector_lines_total", help, type: "counter", samples };
}

function counterOf(
  [name, help]: Family,
  counts: CollectorCounts,
  samplesOf: (one: SignalCounts) => readonly (readonly [Record<string, string>, number])[],
): Samples {
  const samples = Object.entries(counts).flatMap(([signal, one]) =>
    samplesOf(one).map(([labels, count]) => [{ signal, ...labels }, count] as const),
  );
  return { name, help, type: "counter", samples };
}
