-- title: Decisions by rule
-- question: Which rule decides how often, and since when? An empty rule is the policy that allows nothing unsaid.
-- visual: timeseries
-- door: kind=request
-- column time: time
-- column rule: text
-- column requests: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter principal: String, only this principal
-- parameter lines: UInt32 = 8, most lines; what is left is one more
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(rule) AS busiest FROM requests AS row
            WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
            AND kind NOT IN ('decision', 'audit') AND decision != 'none'
            AND ({service:String} = '' OR service = {service:String})
            AND ({route:String} = '' OR route = {route:String})
            AND ({principal:String} = '' OR principal = {principal:String})
            GROUP BY busiest ORDER BY count() DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(toDateTime(started_at, 'UTC'), toIntervalSecond({step:UInt32})) AS time,
    if(has(top, row.rule), toString(row.rule), '(other)') AS rule,
    count() AS requests
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit') AND decision != 'none'
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    AND ({principal:String} = '' OR principal = {principal:String})
GROUP BY time, rule
ORDER BY rule, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
-- from sums, but for principal
WITH
    (
        SELECT groupArray(busiest) FROM
        (
            SELECT toString(bucket.rule) AS busiest FROM rule_sums AS bucket
            WHERE {{in_window}}
            AND bucket.kind = 'request' AND bucket.decision != 'none'
            AND ({service:String} = '' OR bucket.service = {service:String})
            AND ({route:String} = '' OR bucket.route = {route:String})
            GROUP BY busiest ORDER BY sum(bucket.requests) DESC, busiest LIMIT {lines:UInt32}
        )
    ) AS top
SELECT
    toStartOfInterval(bucket.time, toIntervalSecond({step:UInt32})) AS time,
    if(has(top, bucket.rule), toString(bucket.rule), '(other)') AS rule,
    sum(bucket.requests) AS requests
FROM rule_sums AS bucket
WHERE {{in_window}}
    AND bucket.kind = 'request' AND bucket.decision != 'none'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY time, rule
ORDER BY rule, time WITH FILL
    FROM toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({step:UInt32}))
    TO toDateTime({until:DateTime64(3, 'UTC')})
    STEP toIntervalSecond({step:UInt32})
