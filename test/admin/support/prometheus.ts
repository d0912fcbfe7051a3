// A strict reader of Prometheus' text format 0.0.4, after its specification: throws at the first fault.

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\\\\\|\\\\n)*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y;

type Families = Map<string, { type: string; samples: Sample[] }>;

export function readPrometheus(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families: Families = new Map();
  let name = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = HELP.exec(line)?.[1];
    if (help === undefined) {
      if (!beginsFamily(families, name, line)) addSample(families.get(name), name, line);
      continue;
    }
    if (name !== "") demandType(families, name);
    if (families.has(help)) throw new Error(`${help} has HELP twice`);
    name = help;
  }
  demandType(families, name);
  for (const [family, { type, samples }] of families) checkFamily(family, type, samples);
  return families;
}

function demandType(families: Families, name: string): void {
  if (!families.has(name)) throw new Error(`HELP without its TYPE: ${name}`);
}

/** Whether it is the line that says a family's type. */
function beginsFamily(families: Families, name: string, line: string): boolean {
  const [, of = "", type] = TYPE.exec(line) ?? [];
  if (type === undefined) return false;
  if (of !== name) throw new Error(`TYPE without its HELP: ${line}`);
  if (families.has(name)) throw new Error(`${name} comes twice`);
  families.set(name, { type, samples: [] });
  return true;
}

function addSample(
  family: { type: string; samples: Sample[] } | undefined,
  name: string,
  line: string,
): void {
  const match = SAMPLE.exec(line);
  if (match === null || family === undefined) throw new Error(`no sample: ${line}`);
  const suffix = match[1]!.slice(name.length);
  const suffixes = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  if (!match[1]!.startsWith(name) || !suffixes.includes(suffix))
    throw new Error(`not of ${name}: ${line}`);
  const value = Number(match[3]!.replace("Inf", "Infinity"));
  family.samples.push({ name: match[1]!, labels: readLabels(match[2] ?? ""), value });
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`bad labels: ${text}`);
    if (Object.hasOwn(labels, match[1]!)) throw new Error(`label ${match[1]} comes twice`);
    labels[match[1]!] = match[2]!.replaceAll(/\\(.)/g, (_, sign: string) =>
      sign === "n" ? "\n" : sign,
    );
  }
  return labels;
}

function checkFamily(name: string, type: string, samples: readonly Sample[]): void {
  const keys = samples.map(({ name: sample, labels }) => sample + seriesOf(labels));
  if (new Set(keys).size !== keys.length) throw new Error(`${name} has a series twice`);
  if (type === "counter" && !name.endsWith("_total"))
    throw new Error(`${name} is a counter without _total`);
  if (type !== "gauge" && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is negative`);
  if (type === "histogram") {
    checkBuckets(name, samples);
    checkWhole(name, samples);
  }
}

/** Labels are a set: their order tells no series from another. */
function seriesOf(labels: Sample["labels"]): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Each series ends in a bucket +Inf, and has its sum and its count. */
function checkWhole(name: string, samples: readonly Sample[]): void {
  const parts = new Map<string, string[]>();
  for (const { name: sample, labels } of samples) {
    const { le, ...rest } = labels;
    const bucket = sample === `${name}_bucket`;
    if (bucket !== (le !== undefined)) throw new Error(`${name}: le stands on buckets, and there`);
    const part = bucket ? (le === "+Inf" ? "+Inf" : "") : sample.slice(name.length);
    const key = seriesOf(rest);
    parts.set(key, [...(parts.get(key) ?? []), part]);
  }
  for (const [key, had] of parts) {
    for (const part of ["+Inf", "_sum", "_count"])
      if (!had.includes(part)) throw new Error(`${name}${key} lacks ${part}`);
  }
}

function checkBuckets(name: string, samples: readonly Sample[]): void {
  const last = new Map<string, { le: number; value: number }>();
  for (const { name: sample, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = seriesOf(rest);
    const before = last.get(key) ?? { le: -Infinity, value: 0 };
    if (sample === `${name}_bucket`) {
      const bound = Number(le!.replace("Inf", "Infinity"));
      if (bound <= before.le || value < before.value)
        throw new Error(`${name}: buckets out of order`);
      last.set(key, { le: bound, value });
    } else if (sample === `${name}_count` && (before.le !== Infinity || before.value !== value)) {
      throw new Error(`${name}: count is not its last bucket`);
    }
  }
}
