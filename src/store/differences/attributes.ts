// What requests are compared by: SQL that makes pairs of name and value of a row.

/** Of columns as they are. Ids, times and durations tell nothing, or are what was selected by. */
const WORDS = [
  "route",
  "service",
  "method",
  "path",
  "host",
  "scheme",
  "http_version",
  "api_version",
  "content_type",
  "user_agent",
  "client_address",
  "tls_version",
  "principal",
  "principal_kind",
  "issuer",
  "auth_method",
  "auth_outcome",
  "decision",
  "rule",
  "policy_revision",
  "config_revision",
  "shadow_decision",
  "instance",
  "upstream",
  "picker",
  "error_code",
  "error_source",
  "limited_by",
  "breaker",
  "fault",
];

/** Where most of the time went, as src/telemetry/request-stages.ts cuts it. */
const LONGEST_STAGE = `arraySort((name, ns) -> -ns,
    ['identify', 'authorize', 'balance', 'queue', 'connect', 'wait', 'stream and retries'],
    [identify_ns, authorize_ns, balance_ns, queue_ns, connect_ns, upstream_first_byte_ns,
      greatest(0, toInt64(duration_ns) - toInt64(identify_ns + authorize_ns + balance_ns + queue_ns + connect_ns + upstream_first_byte_ns))]
  )[1]`;

/** By powers of ten. */
function size(column: string): string {
  return `multiIf(${column} = 0, 'none', ${column} < 1000, 'below 1 kB', ${column} < 10000, '1 to 10 kB',
    ${column} < 100000, '10 to 100 kB', ${column} < 1000000, '100 kB to 1 MB', 'above 1 MB')`;
}

const MADE: Readonly<Record<string, string>> = {
  status: "toString(status)",
  attempts: "toString(length(attempt_upstream))",
  completed: "if(completed, 'yes', 'no')",
  worker: "concat(instance, ' ', toString(worker))",
  longest_stage: LONGEST_STAGE,
  request_size: size("request_bytes"),
  response_size: size("response_bytes"),
};

/** Columns that pairs are made of. */
export const PAIRED_COLUMNS: readonly string[] = [
  ...WORDS,
  "status",
  "worker",
  "completed",
  "attempt_upstream",
  "request_bytes",
  "response_bytes",
  "duration_ns",
  "identify_ns",
  "authorize_ns",
  "balance_ns",
  "queue_ns",
  "connect_ns",
  "upstream_first_byte_ns",
  "roles",
  "headers",
  "attributes",
];

/** SQL of an array of (name, value), names as "principal", "roles", "headers.NAME" or "attributes.NAME". */
export const PAIRS = `arrayConcat(
  [${[...WORDS.map((name) => pair(name, `toString(${name})`)), ...Object.entries(MADE).map(([name, sql]) => pair(name, sql))].join(", ")}],
  arrayMap(role -> ('roles', toString(role)), arrayDistinct(roles)),
  arrayMap((name, value) -> (concat('headers.', toString(name)), value), mapKeys(headers), mapValues(headers)),
  arrayMap((name, value) -> (concat('attributes.', toString(name)), value), mapKeys(attributes), mapValues(attributes))
)`;

function pair(name: string, sql: string): string {
  return `('${name}', ${sql})`;
}
