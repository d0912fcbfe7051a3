// Prometheus' text exposition format 0.0.4: families of samples as text.
import { BOUNDS_S, type Histogram } from "./histogram.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly help: string;
}

export interface Samples extends Family {
  readonly type: "counter" | "gauge";
  readonly samples: readonly (readonly [Labels, number])[];
}

interface Histograms extends Family {
  readonly type: "histogram";
  readonly samples: readonly (readonly [Labels, Histogram])[];
}

export type Metric = Samples | Histograms;

/** A family without samples is left out. */
export function expose(metrics: readonly Metric[]): string {
  const shown = metrics.filter(({ samples }) => samples.length > 0);
  return shown.map((metric) => `${header(metric)}${lines(metric).join("\n")}\n`).join("");
}

function header({ name, help, type }: Metric): string {
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`;
}

function lines(metric: Metric): string[] {
  if (metric.type !== "histogram") {
    return metric.samples.map(([labels, value]) => sample(metric.name, labels, value));
  }
  return metric.samples.flatMap(([labels, histogram]) => buckets(metric.name, labels, histogram));
}

function buckets(name: string, labels: Labels, histogram: Histogram): string[] {
  let total = 0;
  const counts = [...histogram.counts].map((count, at) => {
    total += count;
    const bound = BOUNDS_S[at];
    return sample(
      `${name}_bucket`,
      { ...labels, le: bound === undefined ? "+Inf" : `${bound}` },
      total,
    );
  });
  return [
    ...counts,
    sample(`${name}_sum`, labels, histogram.sumSeconds),
    sample(`${name}_count`, labels, total),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${number(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
