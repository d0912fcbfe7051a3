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

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Rows in the order of measuring. */
export function markdown(
  results: ReadonlyMap<string, readonly Measured[]>,
  machine: Machine,
): string {
  const nginx = cpuOf(results.get("nginx"));
  const rows = [...results].map(([name, rounds]) => row(name, rounds, nginx));
  const day = new Date().toISOString().slice(0, 10);
  return [
    `## ${day}, ${machine.cores} cores, ${machine.cpu}, Node ${process.version}`,
    "",
    "| target | CPU us/request | of it the data worker | ratio to nginx | p50 ms | p99 ms |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
}

function row(name: string, rounds: readonly Measured[], nginx: number): string {
  const of = (pick: (measured: Measured) => number): number => median(rounds.map(pick));
  const cpu = cpuOf(rounds);
  const thread = of(({ threadMicros }) => threadMicros);
  const counted = thread > 0 ? thread : cpu;
  const ratio = nginx > 0 ? `${(counted / nginx).toFixed(2)}` : "-";
  const cells = [name, cpu.toFixed(1), thread > 0 ? thread.toFixed(1) : "", ratio];
  cells.push(of(({ p50Ms }) => p50Ms).toFixed(2), of(({ p99Ms }) => p99Ms).toFixed(2));
  return `| ${cells.join(" | ")} |`;
}

function cpuOf(rounds: readonly Measured[] | undefined): number {
  return median((rounds ?? []).map(({ cpuMicros }) => cpuMicros));
}
