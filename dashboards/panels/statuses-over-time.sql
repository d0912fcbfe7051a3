-- title: Traffic by status
-- question: How do requests end, and since when?
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column status_class: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    concat(toString(bucket.status_class), 'xx') AS status_class,
    sum(bucket.requests) AS requests
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY time, status_class
ORDER BY status_class, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
