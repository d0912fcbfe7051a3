// The two tables log lines are in, told by the same words: weir's access rows and what services sent.

export const SEVERITIES = ["fatal", "error", "warn", "info", "debug", "trace", "none"] as const;
/** "none": its service said none. */
export type Severity = (typeof SEVERITIES)[number];

export const LINE_SOURCES = ["access", "service"] as const;
export type LineSource = (typeof LINE_SOURCES)[number];

/** SQL of what a line is, over the columns of its table. */
export interface LogTable {
  readonly source: LineSource;
  readonly table: string;
  readonly time: string;
  /** Tells lines of one instant apart; the same whenever it is asked for. */
  readonly id: string;
  readonly service: string;
  readonly route: string;
  readonly severity: string;
  readonly text: string;
  /** What a line's look is made of: what is masked, and what follows as it is. */
  readonly pattern: { readonly masked: string; readonly after: string | null };
  /** Map(String, String) of what else is known of it. */
  readonly attributes: string;
  readonly resource: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Whether a field has a value; the SQL takes both from parameters. */
  readonly field: (name: string, params: FieldParams) => string;
}

export interface FieldParams {
  readonly key: string;
  readonly value: string;
}

/** What can be asked of access rows as key=value besides their attributes and headers. */
const ACCESS_FIELDS: ReadonlySet<string> = new Set(
  (
    "kind scheme method host path query route service api_version client_address user_agent principal " +
    "principal_kind auth_method auth_outcome decision rule policy_revision upstream status error_code " +
    "error_source limited_by fault instance span_id"
  ).split(" "),
);

/** After a blank, where there is any. */
const said = (text: string, before = ""): string =>
  `if(${text} = '', '', concat(' ${before}', ${text}))`;

const ACCESS: LogTable = {
  source: "access",
  table: "requests",
  time: "started_at",
  id: "concat(trace_id, '.', span_id)",
  service: "toString(service)",
  route: "toString(route)",
  severity: `multiIf(status >= 500 OR status = 0 AND error_code != '', 'error', status >= 400, 'warn', 'info')`,
  text: `concat(toString(method), ' ', path, if(query = '', '', '?'), query, ' ', toString(status),
    ${said("toString(error_code)")}, ${said("toString(fault)")}, ${said("principal", "by ")})`,
  pattern: {
    masked: "concat(toString(method), ' ', path)",
    after: `concat(' ', toString(status), ${said("toString(error_code)")})`,
  },
  attributes: `mapUpdate(CAST(attributes, 'Map(String, String)'), map(
    ${[
      "method",
      "path",
      "status",
      "principal",
      "decision",
      "rule",
      "upstream",
      "error_code",
      "duration_ns",
    ]
      .map((name) => `'${name}', toString(${name})`)
      .join(", ")}))`,
  resource: "CAST(map(), 'Map(String, String)')",
  traceId: "trace_id",
  spanId: "span_id",
  field: (name, { key, value }) =>
    ACCESS_FIELDS.has(name)
      ? `toString(${name}) = ${value}`
      : `(attributes[${key}] = ${value} OR headers[${key}] = ${value})`,
};

const BY_NUMBER = `SeverityNumber >= 21, 'fatal', SeverityNumber >= 17, 'error', SeverityNumber >= 13, 'warn',
    SeverityNumber >= 9, 'info', SeverityNumber >= 5, 'debug', SeverityNumber >= 1, 'trace'`;

/** For senders that give a word and no number. */
const WORDS: readonly (readonly [severity: Severity, pattern: string])[] = [
  ["fatal", "^(fatal|crit|alert|emerg|panic)"],
  ["error", "^err"],
  ["warn", "^warn"],
  ["info", "^(info|notice)"],
  ["debug", "^debug"],
  ["trace", "^trace"],
];

const BY_WORD = WORDS.map(
  ([severity, pattern]) => `match(lower(SeverityText), '${pattern}'), '${severity}'`,
).join(", ");

export const SERVICE_LOGS: LogTable = {
  source: "service",
  table: "otel_logs",
  time: "Timestamp",
  id: "lower(hex(sipHash64(ServiceName, TraceId, SpanId, SeverityNumber, Body)))",
  service: "toString(ServiceName)",
  route: "LogAttributes['http.route']",
  severity: `multiIf(${BY_NUMBER}, ${BY_WORD}, 'none')`,
  text: "Body",
  pattern: { masked: "Body", after: null },
  attributes: "CAST(LogAttributes, 'Map(String, String)')",
  resource: "CAST(ResourceAttributes, 'Map(String, String)')",
  traceId: "TraceId",
  spanId: "SpanId",
  field: (_, { key, value }) =>
    `(LogAttributes[${key}] = ${value} OR ResourceAttributes[${key}] = ${value} OR ScopeAttributes[${key}] = ${value})`,
};

export const LOG_TABLES: readonly LogTable[] = [ACCESS, SERVICE_LOGS];
