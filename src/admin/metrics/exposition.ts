// Families of samples as text: Prometheus' format 0.0.4, or OpenMetrics 1.0.0, which has exemplars.
import { BOUNDS_S, type Exemplar, type Histogram } from "./histogram.ts";

export const CONTENT_TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

export type Format = keyof typeof CONTENT_TYPES;

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
export function expose(metrics: readonly Metric[], format: Format): string {
  const shown = metrics.filter(({ samples }) => samples.length > 0);
  const text = shown.map(
    (metric) => `${header(metric, format)}${lines(metric, format).join("\n")}\n`,
  );
  return text.join("") + (format === "openmetrics" ? "# EOF\n" : "");
}

/** OpenMetrics calls a counter's family without what its samples end in. */
function header({ name, help, type }: Metric, format: Format): string {
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  if (format === "prometheus") return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`;
  const family = type === "counter" ? name.replace(/_total$/, "") : name;
  return `# TYPE ${family} ${type}\n# HELP ${family} ${text.replaceAll('"', '\\"')}\n`;
}

function lines(metric: Metric, format: Format): string[] {
  if (metric.type !== "histogram") {
    return metric.samples.map(([labels, value]) => sample(metric.name, labels, value));
  }
  return metric.samples.flatMap(([labels, histogram]) => [
    ...buckets(metric, { labels, histogram }, format),
    sample(`${metric.name}_sum`, labels, histogram.sumSeconds),
    sample(`${metric.name}_count`, labels, totalOf(histogram)),
  ]);
}

function totalOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Series {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

function buckets({ name }: Metric, { labels, histogram }: Series, format: Format): string[] {
  let total = 0;
  return [...histogram.counts].map((count, at) => {
    total += count;
    const le = boundText(BOUNDS_S[at] ?? Infinity, format);
    const line = sample(`${name}_bucket`, { ...labels, le }, total);
    const exemplar = histogram.exemplars[at];
    return format === "prometheus" || exemplar === undefined ? line : line + exemplarText(exemplar);
  });
}

/** OpenMetrics has floats there: "1.0". */
function boundText(bound: number, format: Format): string {
  return format === "openmetrics" && Number.isInteger(bound) ? `${bound}.0` : number(bound);
}

function exemplarText({ traceId, seconds, atMs }: Exemplar): string {
  return ` # {trace_id="${escaped(traceId)}"} ${seconds} ${atMs / 1000}`;
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
