-- title: Attempts by upstream
-- question: Where do requests go, retries and all, and since when?
-- visual: timeseries
-- door: none
-- column time: time
-- column upstream: text
-- column attempts: attempts
-- parameter service: String, only this service
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    toString(bucket.upstream) AS upstream,
    sum(bucket.attempts) AS attempts
FROM upstreams_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
GROUP BY time, upstream
ORDER BY upstream, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
