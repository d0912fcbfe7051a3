-- title: Policy revisions
-- question: Which policy decided when, and did a change of it deny more?
-- visual: table
-- door: none
-- column policy_revision: text
-- column first_at: time
-- column last_at: time
-- column instances: count
-- column requests: requests
-- column denied: requests
-- column denied_share: share
-- column failed: requests
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 50, most rows
SELECT
    policy_revision,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    uniq(instance) AS instances,
    count() AS requests,
    countIf(decision = 'deny') AS denied,
    denied / requests AS denied_share,
    countIf(decision = 'error') AS failed
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit') AND policy_revision != ''
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY policy_revision
ORDER BY first_at DESC, policy_revision
LIMIT {limit:UInt32}
-- from sums
SELECT
    policy_revision,
    min(bucket.first_at) AS first_at,
    max(bucket.last_at) AS last_at,
    uniqMerge(bucket.instances) AS instances,
    sum(bucket.requests) AS requests,
    sumIf(bucket.requests, decision = 'deny') AS denied,
    denied / requests AS denied_share,
    sumIf(bucket.requests, decision = 'error') AS failed
FROM rule_sums AS bucket
WHERE {{in_window}}
    AND kind = 'request' AND policy_revision != ''
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY policy_revision
ORDER BY first_at DESC, policy_revision
LIMIT {limit:UInt32}
