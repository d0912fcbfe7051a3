-- title: Callers
-- question: Who calls, how often, and how does it go for them?
-- visual: table
-- door: kind=request
-- column principal: text
-- column principal_kind: text
-- column requests: requests
-- column requests_per_second: requests/s
-- column errors: requests -> status_class=5xx
-- column denied: requests -> decision=deny
-- column routes: count
-- column p50_ns: ns
-- column p95_ns: ns
-- column p99_ns: ns
-- column request_bytes: bytes
-- column response_bytes: bytes
-- column last_at: time
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
WITH quantilesExactWeighted(0.5, 0.95, 0.99)(toUInt16(floor(log2(greatest(duration_ns, 1)) * 8)), 1) AS percentiles
SELECT
    principal,
    principal_kind,
    count() AS requests,
    requests / {{observed_s}} AS requests_per_second,
    countIf(status >= 500) AS errors,
    countIf(decision = 'deny') AS denied,
    uniq(route) AS routes,
    -- Eight buckets an octave, as sums have them (collector/schema/0002_rollups.sql).
    exp2((percentiles[1] + 0.5) / 8) AS p50_ns,
    exp2((percentiles[2] + 0.5) / 8) AS p95_ns,
    exp2((percentiles[3] + 0.5) / 8) AS p99_ns,
    sum(row.request_bytes) AS request_bytes,
    sum(row.response_bytes) AS response_bytes,
    max(started_at) AS last_at
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY principal, principal_kind
ORDER BY requests DESC, principal
LIMIT {limit:UInt32}
-- from sums, but for service, route
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    principal,
    principal_kind,
    sum(bucket.requests) AS requests,
    requests / {{observed_s}} AS requests_per_second,
    sum(bucket.errors) AS errors,
    sum(bucket.denied) AS denied,
    uniqMerge(bucket.routes) AS routes,
    exp2((percentiles[1] + 0.5) / 8) AS p50_ns,
    exp2((percentiles[2] + 0.5) / 8) AS p95_ns,
    exp2((percentiles[3] + 0.5) / 8) AS p99_ns,
    sum(bucket.request_bytes) AS request_bytes,
    sum(bucket.response_bytes) AS response_bytes,
    max(bucket.last_at) AS last_at
FROM caller_sums AS bucket
WHERE {{in_window}}
    -- Percentiles of all would take longer than all else.
    AND bucket.principal IN
    (
        SELECT principal FROM caller_sums AS bucket
        WHERE {{in_window}}
        GROUP BY principal, principal_kind ORDER BY sum(bucket.requests) DESC, principal LIMIT {limit:UInt32}
    )
GROUP BY principal, principal_kind
ORDER BY requests DESC, principal
LIMIT {limit:UInt32}
