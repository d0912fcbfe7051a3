// The name of a spool segment: says when, by whom and in which row version it was begun, and sorts by age.

export interface SegmentName {
  /** Wall time in milliseconds. */
  readonly createdAtMs: number;
  /** One run of the process; never the same twice. */
  readonly run: string;
  readonly worker: number;
  /** Counts a worker's segments within a run, so a clock that jumps back cannot reorder them. */
  readonly sequence: number;
  readonly rowVersion: number;
}

const PATTERN = /^(\d{14})-([0-9a-f]{8})-(\d{3,6})-(\d{8,15})\.v(\d{1,6})\.rows$/;

export function formatSegmentName(name: SegmentName): string {
  const created = String(Math.floor(name.createdAtMs)).padStart(14, "0");
  const worker = String(name.worker).padStart(3, "0");
  const sequence = String(name.sequence).padStart(8, "0");
  return `${created}-${name.run}-${worker}-${sequence}.v${String(name.rowVersion)}.rows`;
}

/** Undefined where a file is no segment. */
export function parseSegmentName(file: string): SegmentName | undefined {
  const [, created, run, worker, sequence, version] = PATTERN.exec(file) ?? [];
  if (run === undefined) return undefined;
  return {
    createdAtMs: Number(created),
    run,
    worker: Number(worker),
    sequence: Number(sequence),
    rowVersion: Number(version),
  };
}
