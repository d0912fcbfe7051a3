-- title: Failed attempts
-- question: How do attempts at upstreams fail, also those that a retry made good?
-- visual: table
-- column service: text
-- column endpoint: text
-- column error: text
-- column answered: text
-- column attempts: attempts
-- column hidden: attempts
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
SELECT
    service,
    attempt.1 AS endpoint,
    attempt.3 AS error,
    if(attempt.2 = 0, '', toString(attempt.2)) AS answered,
    count() AS attempts,
    -- What the client never saw.
    countIf(row.status < 500) AS hidden,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
ARRAY JOIN arrayZip(attempt_upstream, attempt_status, attempt_error) AS attempt
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND (attempt.2 >= 500 OR attempt.3 != '')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service, endpoint, error, answered
ORDER BY attempts DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
SELECT
    service,
    toString(bucket.upstream) AS endpoint,
    toString(bucket.error_code) AS error,
    if(bucket.status = 0, '', toString(bucket.status)) AS answered,
    sum(bucket.calls) AS attempts,
    sum(bucket.hidden) AS hidden,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND subject = 'attempt'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY service, endpoint, error, answered
ORDER BY attempts DESC, last_at DESC
LIMIT {limit:UInt32}
