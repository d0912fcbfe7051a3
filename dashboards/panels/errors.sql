-- title: Errors
-- question: What fails, where, and since when? Denials have a panel of their own.
-- visual: table
-- door: kind=request
-- column service: text
-- column route: text
-- column status: status
-- column upstream: text
-- column error_code: text
-- column error_source: text
-- column requests: requests
-- column first_at: time
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
SELECT
    service,
    route,
    status,
    upstream,
    error_code,
    error_source,
    count() AS requests,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND (status >= 500 OR (error_code != '' AND decision != 'deny'))
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service, route, status, upstream, error_code, error_source
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
SELECT
    service,
    route,
    status,
    upstream,
    error_code,
    error_source,
    sum(bucket.calls) AS requests,
    min(bucket.first_at) AS first_at,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND subject = 'error'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY service, route, status, upstream, error_code, error_source
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
