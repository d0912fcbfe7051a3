-- title: Error budget
-- question: How much of a route's error budget is left, if the window is the time that the promise holds for?
-- visual: timeseries
-- column time: time
-- column budget_left: share
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter objective: Float64 = 99.9, percent of requests that are to be good
-- parameter latency_ms: Float64 = 0, a slower request is bad as well; 0: however slow
WITH if({latency_ms:Float64} = 0, 65535, floor(log2({latency_ms:Float64} * 1e6) * 8)) AS most
SELECT
    time,
    1 - sum(bad) OVER (ORDER BY time) / (greatest(sum(requests) OVER (), 1) * (1 - {objective:Float64} / 100)) AS budget_left
FROM
(
    SELECT
        toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
        sum(bucket.requests) AS requests,
        -- Failed ones, and of the others those above the limit's bucket: a limit is met within 9 %.
        sum(bucket.errors) + sumIf(arraySum(mapValues(mapFilter((at, n) -> at > most, bucket.buckets))), status_class != 5) AS bad
    FROM requests_{{rollup}} AS bucket
    WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
        AND ({service:String} = '' OR service = {service:String})
        AND ({route:String} = '' OR route = {route:String})
    GROUP BY time
    ORDER BY time WITH FILL
        FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
        TO toDateTime({until:DateTime64(3, 'UTC')})
        STEP toIntervalSecond({step:UInt32})
)
ORDER BY time
