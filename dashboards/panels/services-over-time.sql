-- title: Traffic by service
-- question: Which services carry the traffic, and since when?
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column service: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter lines: UInt32 = 8, most lines; what is left is one more
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT service AS busiest FROM requests_{{rollup}} AS bucket
            WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
                AND ({service:String} = '' OR bucket.service = {service:String})
            GROUP BY service ORDER BY sum(bucket.requests) DESC, service LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    if(has(top, bucket.service), toString(bucket.service), '(other)') AS service,
    sum(bucket.requests) AS requests
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR bucket.service = {service:String})
GROUP BY time, service
ORDER BY service, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
