// What the rollups of all replicas say about each endpoint, as one bounded weight.

/** One endpoint over the last minutes, summed over all weir instances. */
export interface UpstreamRow {
  readonly service: string;
  /** The endpoint's url. */
  readonly upstream: string;
  readonly attempts: number;
  readonly failures: number;
  /** Mean duration of its attempts. */
  readonly mean_ns: number;
}

export interface UpstreamWeight {
  readonly service: string;
  readonly upstream: string;
  /** Within [1/bound, bound]; 1 is neutral, more draws traffic. */
  readonly weight: number;
}

/** A failed attempt costs as much as this many average ones: what the live estimate assumes too. */
const FAILURE_FACTOR = 20;
/** So many attempts carry half their weight: fewer are mostly noise. */
const HALF_TRUST_ATTEMPTS = 100;
/** A square root: the live estimate has seen much of the same already. */
const EXPONENT = 0.5;

/** Weights against each service's average; rows without usable numbers are left out. */
export function scoreUpstreams(rows: readonly UpstreamRow[], bound: number): UpstreamWeight[] {
  const usable = rows.filter(isUsable);
  const services = new Set(usable.map((row) => row.service));
  return [...services].flatMap((name) =>
    scoreService(
      usable.filter((row) => row.service === name),
      bound,
    ),
  );
}

function scoreService(rows: readonly UpstreamRow[], bound: number): UpstreamWeight[] {
  const attempts = rows.reduce((sum, row) => sum + row.attempts, 0);
  const meanNs = rows.reduce((sum, row) => sum + row.attempts * row.mean_ns, 0) / attempts;
  const cost = ({ failures, attempts, mean_ns }: UpstreamRow): number =>
    mean_ns + (failures / attempts) * FAILURE_FACTOR * meanNs;
  // The geometric mean by attempts: weights then leave the service's total where it was.
  const logs = rows.reduce((sum, row) => sum + row.attempts * Math.log(cost(row)), 0);
  const typical = Math.exp(logs / attempts);
  return rows.map((row) => {
    const trust = row.attempts / (row.attempts + HALF_TRUST_ATTEMPTS);
    const weight = (typical / cost(row)) ** (EXPONENT * trust);
    const { service, upstream } = row;
    return { service, upstream, weight: Math.min(bound, Math.max(1 / bound, weight)) };
  });
}

function isUsable({ attempts, failures, mean_ns }: UpstreamRow): boolean {
  return isCount(attempts) && failures >= 0 && failures <= attempts && isCount(mean_ns);
}

function isCount(value: number): boolean {
  return value >= 1 && value <= Number.MAX_SAFE_INTEGER;
}
