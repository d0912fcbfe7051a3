-- title: Latency
-- question: How long do requests take, and is there more than one kind of them?
-- visual: heatmap
-- door: kind=request
-- column time: time
-- column low_ns: ns
-- column high_ns: ns
-- column requests: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    -- Two cells an octave of the rollup's eight buckets.
    exp2(intDiv(number, 4) / 2) AS low_ns,
    exp2((intDiv(number, 4) + 1) / 2) AS high_ns,
    sum(calls) AS requests
FROM requests_{{rollup}} AS bucket
ARRAY JOIN mapKeys(bucket.buckets) AS number, mapValues(bucket.buckets) AS calls
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY time, low_ns, high_ns
ORDER BY time, low_ns
