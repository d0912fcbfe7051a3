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
    -- All who called before: up to six hours from their rows, the days from sums.
    AND principal NOT IN
    (
        SELECT principal FROM requests
        WHERE started_at >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalHour(6))
            AND started_at < {since:DateTime64(3, 'UTC')} AND kind NOT IN ('decision', 'audit')
    )
    AND principal NOT IN
    (
        SELECT principal FROM callers AS past
        WHERE past.grain_s = 21600
            AND past.time >= {since:DateTime64(3, 'UTC')} - toIntervalDay({days:UInt32})
            AND past.time < toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalHour(6))
    )
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
FROM callers AS bucket
WHERE bucket.grain_s = {{grain_s}}
    AND bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND principal != '' AND principal NOT IN
    (
        SELECT principal FROM callers AS past
        WHERE past.grain_s = 21600
            AND past.time >= {since:DateTime64(3, 'UTC')} - toIntervalDay({days:UInt32})
            AND past.time < toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalHour(6))
            OR past.grain_s = 600
            AND past.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalHour(6))
            AND past.time < toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}}))
    )
GROUP BY principal
ORDER BY first_at DESC, principal
LIMIT {limit:UInt32}
