-- title: Slowest requests
-- question: Which requests took longest, and where did their time go?
-- visual: table
-- door: kind=request
-- column started_at: time
-- column trace_id: trace
-- column method: text
-- column path: text
-- column route: text
-- column upstream: text
-- column status: status
-- column duration_ns: ns
-- column authorize_ns: ns
-- column balance_ns: ns
-- column queue_ns: ns
-- column connect_ns: ns
-- column upstream_ns: ns
-- column attempts: attempts
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 20, most rows
WITH
    -- Where the slowest of all durations begin of which there are enough: most granules have none that long.
    (
        SELECT sumMap(bucket.buckets) FROM requests_{{rollup}} AS bucket
        WHERE bucket.time >= {since:DateTime64(3, 'UTC')} AND bucket.time < toStartOfInterval({until:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}}))
            AND bucket.time >= (SELECT min(started_at) FROM requests)
            AND ({service:String} = '' OR service = {service:String})
            AND ({route:String} = '' OR route = {route:String})
    ) AS durations,
    arrayFirstIndex(calls -> calls >= {limit:UInt32}, arrayCumSum(arrayReverse(mapValues(durations)))) AS enough,
    if(enough = 0, 0, toUInt64(exp2(arrayReverse(mapKeys(durations))[enough] / 8)) - 1) AS least_ns
SELECT
    started_at, trace_id, method, path, route, upstream, status,
    duration_ns, authorize_ns, balance_ns, queue_ns, connect_ns, upstream_ns,
    length(attempt_upstream) AS attempts
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND duration_ns >= least_ns
    -- What AuthZEN asked did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
ORDER BY duration_ns DESC
LIMIT {limit:UInt32}
