// Statements to begin with; each answers something that is asked on call.

export interface Example {
  readonly title: string;
  readonly sql: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    title: "Requests by minute and route",
    sql: `SELECT toStartOfMinute(started_at) AS time, route, count() AS requests
FROM requests
WHERE started_at >= now() - INTERVAL 1 HOUR
GROUP BY time, route
ORDER BY time`,
  },
  {
    title: "The slowest callers of each route",
    sql: `SELECT route, principal, count() AS requests, quantile(0.95)(duration_ns) AS p95_ns
FROM requests
WHERE started_at >= now() - INTERVAL 1 HOUR
GROUP BY route, principal
ORDER BY p95_ns DESC
LIMIT 100`,
  },
  {
    title: "Who is denied, and by which rule",
    sql: `SELECT principal, method, route, rule, count() AS requests, any(trace_id) AS trace_id
FROM requests
WHERE decision = 'deny' AND started_at >= now() - INTERVAL 1 DAY
GROUP BY principal, method, route, rule
ORDER BY requests DESC`,
  },
  {
    title: "Where services spend their time",
    sql: `SELECT ServiceName, SpanName, count() AS count, sum(Duration) AS total_ns
FROM otel_spans
WHERE Timestamp >= now() - INTERVAL 1 HOUR
GROUP BY ServiceName, SpanName
ORDER BY total_ns DESC
LIMIT 50`,
  },
];
