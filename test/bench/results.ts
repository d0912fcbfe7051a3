// One table of a benchmark run: medians over its rounds, ratios to nginx.
import type { LoadResult } from "./load.ts";

export interface Measured extends LoadResult {
  /** Microseconds of processor time per request, all threads of the process. */
  readonly cpuMicros: number;
  /** The data worker's thread alone; 0 where the target has none. */
  readonly threadMicros: number;
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Rows in the order of measuring; a ratio is the median of the ratios of each round. */
export function markdown(
  results: ReadonlyMap<string, readonly Measured[]>,
  machine: Machine,
): string {
  const nginx = results.get("nginx") ?? [];
  const day = new Date().toISOString().slice(0, 10);
  return [
    `## ${day}, ${machine.cores} cores, ${machine.cpu}, Node ${process.version}`,
    "",
    "| target | CPU us/request | of it the data worker | ratio to nginx | worker's ratio | p50 ms | p99 ms |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...[...results].map(([name, rounds]) => row(name, rounds, nginx)),
    "",
  ].join("\n");
}

type Pick = (measured: Measured) => number;
const cpu: Pick = ({ cpuMicros }) => cpuMicros;
const thread: Pick = ({ threadMicros }) => threadMicros;

function row(name: string, rounds: readonly Measured[], nginx: readonly Measured[]): string {
  const middle = (pick: Pick): number => median(rounds.map(pick));
  const ratio = (pick: Pick): string => {
    const ratios = rounds.map((one, at) => pick(one) / (nginx[at]?.cpuMicros ?? Number.NaN));
    return nginx.length === 0 ? "" : median(ratios).toFixed(2);
  };
  const threaded = middle(thread) > 0;
  const cells = [
    name,
    middle(cpu).toFixed(1),
    threaded ? middle(thread).toFixed(1) : "",
    ratio(cpu),
    threaded ? ratio(thread) : "",
    middle(({ p50Ms }) => p50Ms).toFixed(2),
    middle(({ p99Ms }) => p99Ms).toFixed(2),
  ];
  return `| ${cells.join(" | ")} |`;
}
