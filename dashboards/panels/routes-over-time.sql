-- title: Traffic by route
-- question: Which routes carry the traffic, and since when?
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column route: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter lines: UInt32 = 8, most lines; what is left is one more
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT route AS busiest FROM requests_{{rollup}} AS bucket
            WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
                AND ({service:String} = '' OR service = {service:String})
            GROUP BY route ORDER BY sum(bucket.requests) DESC, route LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    if(has(top, bucket.route), toString(bucket.route), '(other)') AS route,
    sum(bucket.requests) AS requests
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
GROUP BY time, route
ORDER BY route, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
