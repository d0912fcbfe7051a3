-- title: Errors by kind
-- question: What fails where, how often, since when, and what of it is new: not there in the same time before? Denials have a panel of their own.
-- visual: table
-- door: kind=request
-- column state: text
-- column error_code: text
-- column error_source: text
-- column status: status
-- column service: text
-- column route: text
-- column upstream: text
-- column requests: requests
-- column before: requests -> none
-- column course: course
-- column callers: count
-- column first_at: time
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 200, most rows
WITH
    dateDiff('millisecond', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}) AS span_ms,
    subtractMilliseconds({since:DateTime64(3, 'UTC')}, span_ms) AS earlier,
    -- Of a weir that is younger than that all would be new, which says nothing.
    (SELECT count() > 0 FROM requests_{{rollup}}
        WHERE time >= subtractMilliseconds({since:DateTime64(3, 'UTC')}, dateDiff('millisecond', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}))
            AND time < toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}}))) AS has_past,
    least(23, intDiv(dateDiff('millisecond', {since:DateTime64(3, 'UTC')}, started_at) * 24, span_ms)) AS part
SELECT
    if(before = 0 AND has_past, 'new', '') AS state,
    error_code,
    error_source,
    status,
    service,
    route,
    upstream,
    countIf(started_at >= {since:DateTime64(3, 'UTC')}) AS requests,
    countIf(started_at < {since:DateTime64(3, 'UTC')}) AS before,
    -- How many in each 24th of the window.
    countResample(0, 24, 1)(status, if(started_at < {since:DateTime64(3, 'UTC')}, -1, toInt16(part))) AS course,
    uniqIf(principal, started_at >= {since:DateTime64(3, 'UTC')}) AS callers,
    minIf(started_at, started_at >= {since:DateTime64(3, 'UTC')}) AS first_at,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM notable_requests AS row
WHERE started_at >= earlier AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND (status >= 500 OR (error_code != '' AND decision != 'deny'))
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY error_code, error_source, status, service, route, upstream
HAVING requests > 0
ORDER BY state DESC, requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
WITH
    dateDiff('second', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}) AS span_s,
    -- Of a weir that is younger than that all would be new, which says nothing.
    (SELECT count() > 0 FROM requests_{{rollup}}
        WHERE time >= subtractMilliseconds({since:DateTime64(3, 'UTC')}, dateDiff('millisecond', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}))
            AND time < toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}}))) AS has_past,
    dateDiff('second', {since:DateTime64(3, 'UTC')}, toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32}))) AS passed_s
SELECT
    if(before = 0 AND has_past, 'new', '') AS state,
    error_code,
    error_source,
    status,
    service,
    route,
    upstream,
    sum(bucket.calls) AS requests,
    any(earlier.calls) AS before,
    -- How many in each 24th of the window, as far as whole points tell.
    sumResample(0, 24, 1)(bucket.calls, least(23, intDiv(greatest(0, passed_s) * 24, span_s))) AS course,
    uniqMerge(bucket.callers) AS callers,
    min(bucket.first_at) AS first_at,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
LEFT ANY JOIN
(
    SELECT error_code, error_source, status, service, route, upstream, sum(past.calls) AS calls
    FROM trouble_sums AS past
    WHERE subject = 'error' AND {{in_past}}
    GROUP BY error_code, error_source, status, service, route, upstream
) AS earlier USING (error_code, error_source, status, service, route, upstream)
WHERE {{in_window}} AND subject = 'error'
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY error_code, error_source, status, service, route, upstream
ORDER BY state DESC, requests DESC, last_at DESC
LIMIT {limit:UInt32}
