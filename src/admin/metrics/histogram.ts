// A latency histogram with fixed bounds, as Prometheus' classic histograms have them.

/** Upper bounds, seconds. */
export const BOUNDS_S = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

const NANOS = 1e9;
const BOUNDS_NS = BOUNDS_S.map((seconds) => seconds * NANOS);

/** One of the observations of a bucket, by which to find the request behind it. */
export interface Exemplar {
  readonly traceId: string;
  readonly seconds: number;
  /** When it was counted, milliseconds since the epoch. */
  readonly atMs: number;
}

export class Histogram {
  /** Observations in each bucket alone; the last has no upper bound. */
  readonly counts: Float64Array = new Float64Array(BOUNDS_NS.length + 1);
  /** By bucket. */
  readonly exemplars: (Exemplar | undefined)[] = [];
  sumNs = 0;

  /** Gives the number of the bucket. */
  observe(nanoseconds: number): number {
    let bucket = 0;
    while (nanoseconds > (BOUNDS_NS[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sumNs += nanoseconds;
    return bucket;
  }

  get sumSeconds(): number {
    return this.sumNs / NANOS;
  }
}
