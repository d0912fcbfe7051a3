-- title: Traffic over time
-- question: How much traffic is there, how much of it fails or is denied, and how long does it take?
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column requests: requests
-- column errors: requests -> status_class=5xx
-- column denied: requests -> decision=deny
-- column p50_ns: ns
-- column p95_ns: ns
-- column p99_ns: ns
-- parameter service: String, only this service
-- parameter route: String, only this route
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    sum(bucket.requests) AS requests,
    sum(bucket.errors) AS errors,
    sum(bucket.denied) AS denied,
    toNullable(exp2((percentiles[1] + 0.5) / 8)) AS p50_ns,
    toNullable(exp2((percentiles[2] + 0.5) / 8)) AS p95_ns,
    toNullable(exp2((percentiles[3] + 0.5) / 8)) AS p99_ns
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY time
ORDER BY time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
