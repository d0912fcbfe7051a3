// One kind of error: what the panel error-groups says of it, and where its requests are.
export interface ErrorGroup {
  /** Empty: it was there in the time before as well, or nobody knows. */
  readonly state: "new" | "";
  /** Empty: the upstream's own answer. */
  readonly error_code: string;
  readonly error_source: ErrorSource | "";
  readonly status: number;
  readonly service: string;
  readonly route: string;
  readonly upstream: string;
  readonly requests: number;
  /** In the same time before. */
  readonly before: number;
  readonly course: readonly number[];
  readonly callers: number;
  readonly first_at: string;
  readonly last_at: string;
  /** Of the newest of them. */
  readonly trace_id: string;
}

export const ERROR_SOURCES = ["upstream", "weir", "client"] as const;
export type ErrorSource = (typeof ERROR_SOURCES)[number];

export function groupKey(group: ErrorGroup): string {
  const { error_code, error_source, status, service, route, upstream } = group;
  return [error_code, error_source, status, service, route, upstream].join(" ");
}

export function groupFilters(group: ErrorGroup): Record<string, string> {
  const { error_code, status, service, route, upstream } = group;
  return { kind: "request", error_code, status: String(status), service, route, upstream };
}
