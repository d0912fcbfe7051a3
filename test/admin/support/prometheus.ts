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

export function readPrometheus(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, { type: string; samples: Sample[] }>();
  let name = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = HELP.exec(line)?.[1];
    const type = TYPE.exec(line);
    if (help !== undefined) name = help;
    else if (type !== null) {
      if (type[1] !== name) throw new Error(`TYPE without its HELP: ${line}`);
      if (families.has(name)) throw new Error(`${name} comes twice`);
      families.set(name, { type: type[2]!, samples: [] });
    } else addSample(families.get(name), name, line);
  }
  for (const [family, { type, samples }] of families) checkFamily(family, type, samples);
  return families;
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
  const keys = samples.map((sample) => sample.name + JSON.stringify(Object.entries(sample.labels)));
  if (new Set(keys).size !== keys.length) throw new Error(`${name} has a series twice`);
  if (type === "counter" && !name.endsWith("_total"))
    throw new Error(`${name} is a counter without _total`);
  if (type !== "gauge" && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is negative`);
  if (type === "histogram") checkBuckets(name, samples);
}

function checkBuckets(name: string, samples: readonly Sample[]): void {
  const last = new Map<string, { le: number; value: number }>();
  for (const { name: sample, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
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
