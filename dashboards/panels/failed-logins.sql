-- title: Failed logins
-- question: Who fails to prove who they are, how, and from where?
-- visual: table
-- door: kind=request
-- column client_address: text
-- column auth_method: text
-- column auth_outcome: text
-- column requests: requests
-- column routes: count
-- column first_at: time
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 100, most rows
SELECT
    client_address,
    auth_method,
    auth_outcome,
    count() AS requests,
    uniq(route) AS routes,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit') AND auth_outcome NOT IN ('', 'ok', 'none')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY client_address, auth_method, auth_outcome
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
SELECT
    client_address,
    auth_method,
    auth_outcome,
    sum(bucket.calls) AS requests,
    uniq(route) AS routes,
    min(bucket.first_at) AS first_at,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND subject = 'login'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY client_address, auth_method, auth_outcome
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
