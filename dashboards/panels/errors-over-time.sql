-- title: Errors by code
-- question: What fails, and since when? An empty code is the answer of an upstream itself.
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column error_code: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter lines: UInt32 = 8, most lines; what is left is one more
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(error_code) AS busiest FROM requests AS row
            WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
            AND kind NOT IN ('decision', 'audit') AND (status >= 500 OR (row.error_code != '' AND decision != 'deny'))
            AND ({service:String} = '' OR service = {service:String})
            AND ({route:String} = '' OR route = {route:String})
            GROUP BY busiest ORDER BY count() DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(toDateTime(started_at, 'UTC'), toIntervalSecond({step:UInt32})) AS time,
    if(has(top, row.error_code), toString(row.error_code), '(other)') AS error_code,
    count() AS requests
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit') AND (status >= 500 OR (row.error_code != '' AND decision != 'deny'))
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY time, error_code
ORDER BY error_code, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
-- from sums
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(bucket.error_code) AS busiest FROM trouble_sums AS bucket
            WHERE {{in_window}}
            AND bucket.subject = 'error'
            AND ({service:String} = '' OR bucket.service = {service:String})
            AND ({route:String} = '' OR bucket.route = {route:String})
            GROUP BY busiest ORDER BY sum(bucket.calls) DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    if(has(top, bucket.error_code), toString(bucket.error_code), '(other)') AS error_code,
    sum(bucket.calls) AS requests
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND bucket.subject = 'error'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY time, error_code
ORDER BY error_code, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
