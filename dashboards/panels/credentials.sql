-- title: Credentials
-- question: By which credentials and issuers do callers prove who they are, and how often in vain?
-- visual: table
-- door: none
-- column auth_method: text
-- column principal_kind: text
-- column issuer: text
-- column requests: requests
-- column failed: requests
-- column callers: count
-- column last_at: time
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
SELECT
    auth_method,
    principal_kind,
    issuer,
    count() AS requests,
    countIf(auth_outcome NOT IN ('', 'ok', 'none')) AS failed,
    uniqIf(principal, principal != '') AS callers,
    max(started_at) AS last_at
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY auth_method, principal_kind, issuer
ORDER BY requests DESC, auth_method, principal_kind
LIMIT {limit:UInt32}
-- from sums, but for service, route
SELECT
    auth_method,
    principal_kind,
    issuer,
    sum(bucket.requests) AS requests,
    sum(bucket.failed) AS failed,
    uniqIf(principal, principal != '') AS callers,
    max(bucket.last_at) AS last_at
FROM caller_sums AS bucket
WHERE {{in_window}}
GROUP BY auth_method, principal_kind, issuer
ORDER BY requests DESC, auth_method, principal_kind
LIMIT {limit:UInt32}
