// A strict reader of OpenMetrics 1.0.0, after its specification: checks what it has of its own, and hands on what Prometheus' format has too.
import { type Family, readPrometheus } from "./prometheus.ts";

interface Exemplar {
  /** Name and labels of its sample, as they stand. */
  readonly series: string;
  readonly labels: string;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

export interface OpenMetrics {
  readonly families: ReadonlyMap<string, Family>;
  readonly exemplars: readonly Exemplar[];
}

const TYPE = /^# TYPE (\S+) (counter|gauge|histogram)$/;
const HELP = /^# HELP (\S+) ((?:[^\\"\n]|\\\\|\\n|\\")*)$/;
const EXEMPLAR =
  /^(\S+_bucket\{.*\}) (\d+) # (\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)+\}) (-?[\d.]+(?:e[+-]?\d+)?) (\d+(?:\.\d+)?)$/;
/** Characters (section "Exemplars"). */
const MOST_EXEMPLAR = 128;
const END = "# EOF\n";

/** Throws at the first fault. */
export function readOpenMetrics(text: string): OpenMetrics {
  if (text.indexOf(END) !== text.length - END.length) throw new Error("# EOF is not the end");
  const exemplars: Exemplar[] = [];
  const lines = text.slice(0, -END.length).split("\n");
  const plain = lines.map((line, at) => plainLine(line, lines[at - 1] ?? "", exemplars));
  return { families: readPrometheus(swapped(plain).join("\n")), exemplars };
}

/** The line as Prometheus' format has it; its TYPE is the line before a HELP. */
function plainLine(line: string, before: string, exemplars: Exemplar[]): string {
  const [, family = "", type] = TYPE.exec(line) ?? [];
  if (type !== undefined) return plainType(family, type);
  if (line.startsWith("# ")) return plainHelp(line, before);
  if (/,?le="\d+"/.test(line)) throw new Error(`le is no float: ${line}`);
  return line.includes(" # ") ? plainSample(line, exemplars) : line;
}

function plainType(family: string, type: string): string {
  if (/_(?:total|bucket|created)$/.test(family)) throw new Error(`no name of a family: ${family}`);
  return `# TYPE ${family}${type === "counter" ? "_total" : ""} ${type}`;
}

function plainSample(line: string, exemplars: Exemplar[]): string {
  const [, series, count, labels = "", value, timestamp] = EXEMPLAR.exec(line) ?? [];
  if (series === undefined) throw new Error(`no exemplar: ${line}`);
  if (labels.replaceAll(/[{}="]/g, "").length > MOST_EXEMPLAR) throw new Error(`too long: ${line}`);
  checkWithin(series, Number(value));
  exemplars.push({ series, labels, value: Number(value), timestamp: Number(timestamp) });
  return `${series} ${count}`;
}

function plainHelp(line: string, before: string): string {
  const [, family, text = ""] = HELP.exec(line) ?? [];
  const [, of, type] = TYPE.exec(before) ?? [];
  if (family === undefined || of !== family) throw new Error(`HELP is not its TYPE's: ${line}`);
  return `# HELP ${family}${type === "counter" ? "_total" : ""} ${text.replaceAll('\\"', '"')}`;
}

/** An exemplar is of its bucket. */
function checkWithin(series: string, value: number): void {
  const le = /le="([^"]+)"/.exec(series)?.[1] ?? "";
  const bound = le === "+Inf" ? Infinity : Number(le);
  if (!(value <= bound)) throw new Error(`${value} is above ${series}`);
}

/** Prometheus' format says HELP before TYPE. */
function swapped(lines: readonly string[]): string[] {
  const out = [...lines];
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith("# TYPE ") || !lines[at + 1]?.startsWith("# HELP ")) continue;
    out[at] = lines[at + 1] ?? "";
    out[at + 1] = line;
  }
  return out;
}
