-- title: Traffic by caller
-- question: Who calls, and since when?
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column principal: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter lines: UInt32 = 8, most lines; what is left is one more
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(principal) AS busiest FROM requests AS row
            WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
            AND kind NOT IN ('decision', 'audit')
            AND ({service:String} = '' OR service = {service:String})
            AND ({route:String} = '' OR route = {route:String})
            GROUP BY busiest ORDER BY count() DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(toDateTime(started_at, 'UTC'), toIntervalSecond({step:UInt32})) AS time,
    if(has(top, row.principal), toString(row.principal), '(other)') AS principal,
    count() AS requests
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY time, principal
ORDER BY principal, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
-- from sums, but for service, route
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(bucket.principal) AS busiest FROM caller_sums AS bucket
            WHERE {{in_window}}
            GROUP BY busiest ORDER BY sum(bucket.requests) DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    if(has(top, bucket.principal), toString(bucket.principal), '(other)') AS principal,
    sum(bucket.requests) AS requests
FROM caller_sums AS bucket
WHERE {{in_window}}
GROUP BY time, principal
ORDER BY principal, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
