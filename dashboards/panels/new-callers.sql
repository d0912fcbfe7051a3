-- title: New callers
-- question: Who called for the first time, and what did they come for?
-- visual: table
-- door: kind=request
-- column principal: text
-- column principal_kind: text
-- column requests: requests
-- column denied: requests -> decision=deny
-- column routes: count
-- column clients: count
-- column first_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter days: UInt32 = 30, how far back a caller counts as known
-- parameter limit: UInt32 = 100, most rows
SELECT
    principal,
    any(row.principal_kind) AS principal_kind,
    count() AS requests,
    countIf(decision = 'deny') AS denied,
    uniq(route) AS routes,
    uniq(client_address) AS clients,
    min(started_at) AS first_at,
    argMin(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit') AND principal != ''
    AND ({service:String} = '' OR service = {service:String})
    -- All who called before: up to ten minutes from their rows, the days from sums.
    AND principal NOT IN
    (
        SELECT principal FROM requests
        WHERE started_at >= toStartOfTenMinutes({since:DateTime64(3, 'UTC')})
            AND started_at < {since:DateTime64(3, 'UTC')} AND kind NOT IN ('decision', 'audit')
    )
    AND principal NOT IN (SELECT principal FROM caller_sums AS past WHERE {{before_window}})
GROUP BY principal
ORDER BY first_at DESC, principal
LIMIT {limit:UInt32}
-- from sums, but for service
SELECT
    principal,
    any(bucket.principal_kind) AS principal_kind,
    sum(bucket.requests) AS requests,
    sum(bucket.denied) AS denied,
    uniqMerge(bucket.routes) AS routes,
    uniqMerge(bucket.clients) AS clients,
    min(bucket.first_at) AS first_at,
    argMinMerge(bucket.first_trace) AS trace_id
FROM caller_sums AS bucket
WHERE {{in_window}}
    AND principal != ''
    AND principal NOT IN (SELECT principal FROM caller_sums AS past WHERE {{before_window}})
GROUP BY principal
ORDER BY first_at DESC, principal
LIMIT {limit:UInt32}
