// A recorded decision as it comes from the store: what was asked, what was answered, how often.

/** Members of a group, in the order in which the store sends them. */
export const RECORDED_COLUMNS = [
  "request",
  "replay",
  "decision",
  "rule",
  "rule_source",
  "principal",
  "route",
  "service",
  "method",
  "requests",
  "first_seen",
  "last_seen",
  "trace_id",
  "span_id",
  "path",
] as const;

/** Requests that asked the same of the same rule; `last_seen`, trace, span and path are one request's, the newest. */
export interface RecordedGroup {
  /** The tuple that was decided, as `replay` says it was kept. */
  readonly request: readonly string[];
  /**
   * "": exact; "json": each element is a JSON text; "redacted" or "cut": some of it was not kept;
   * "no_policy": none was in force; "not_asked": refused before the policy was asked.
   */
  readonly replay: string;
  /** allow, deny, error or none. */
  readonly decision: string;
  /** The deciding rule as it was written; empty where none decided. */
  readonly rule: string;
  /** "file:line" of that rule. */
  readonly rule_source: string;
  /** Empty for anonymous callers. */
  readonly principal: string;
  readonly route: string;
  readonly service: string;
  readonly method: string;
  readonly requests: number;
  /** ISO-8601, UTC. */
  readonly first_seen: string;
  readonly last_seen: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly path: string;
}
