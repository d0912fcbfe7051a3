// What `weir top` can be by: the panels that tell of it, and which of their columns, most telling first.

export interface Subject {
  /** As people call many of them. */
  readonly title: string;
  readonly panel: string;
  /** Its course in the same words as `key`. */
  readonly course: string;
  /** Whether a course has its busiest lines alone, and can be asked for more. */
  readonly hasBusiest: boolean;
  /** The column that names a row. */
  readonly key: string;
  /** What is sorted by at first. */
  readonly rate: string;
  readonly columns: readonly string[];
  readonly filters?: Readonly<Record<string, string>>;
}

/** The column that is made here, of the course. */
export const TREND = "trend";

const LATENCIES = ["p50_ns", "p95_ns", "p99_ns"] as const;
const REQUESTS = ["requests_per_second", TREND, "errors", "denied", ...LATENCIES] as const;

export const SUBJECTS = {
  route: {
    title: "routes",
    panel: "routes",
    course: "routes-over-time",
    hasBusiest: true,
    key: "route",
    rate: "requests_per_second",
    columns: ["route", ...REQUESTS, "service"],
  },
  upstream: {
    title: "upstreams",
    panel: "upstreams",
    course: "upstreams-over-time",
    hasBusiest: false,
    key: "upstream",
    rate: "attempts_per_second",
    columns: ["upstream", "attempts_per_second", TREND, "failures", ...LATENCIES, "service"],
  },
  caller: {
    title: "callers",
    panel: "callers",
    course: "callers-over-time",
    hasBusiest: true,
    key: "principal",
    rate: "requests_per_second",
    columns: ["principal", ...REQUESTS, "principal_kind"],
  },
  rule: {
    title: "rules",
    panel: "rules",
    course: "rules-over-time",
    hasBusiest: true,
    key: "rule",
    rate: "requests_per_second",
    columns: ["rule", "decision", "requests_per_second", TREND, "callers", "last_at"],
    // What AuthZEN asks did not pass through weir.
    filters: { kind: "request" },
  },
  service: {
    title: "services",
    panel: "services",
    course: "services-over-time",
    hasBusiest: true,
    key: "service",
    rate: "requests_per_second",
    columns: ["service", ...REQUESTS],
  },
} as const satisfies Readonly<Record<string, Subject>>;

export type SubjectName = keyof typeof SUBJECTS;

export const SUBJECT_NAMES: readonly SubjectName[] = Object.keys(SUBJECTS) as SubjectName[];
