-- title: Retries
-- question: How often is a request tried again, and does that help?
-- visual: table
-- door: kind=request
-- column service: text
-- column route: text
-- column requests: requests
-- column attempts: attempts
-- column retried: requests -> none
-- column retried_share: share
-- column saved: requests -> none
-- column lost: requests -> none
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
SELECT
    service,
    route,
    count() AS requests,
    sum(length(attempt_upstream)) AS attempts,
    countIf(length(attempt_upstream) > 1) AS retried,
    retried / requests AS retried_share,
    countIf(length(attempt_upstream) > 1 AND status < 500) AS saved,
    retried - saved AS lost
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service, route
ORDER BY retried DESC, requests DESC, service, route
LIMIT {limit:UInt32}
-- from sums
SELECT
    service,
    route,
    sum(bucket.requests) AS requests,
    sum(bucket.attempts) AS attempts,
    sum(bucket.retried) AS retried,
    retried / requests AS retried_share,
    sum(bucket.saved) AS saved,
    retried - saved AS lost
FROM rule_sums AS bucket
WHERE {{in_window}}
    AND kind = 'request'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY service, route
ORDER BY retried DESC, requests DESC, service, route
LIMIT {limit:UInt32}
