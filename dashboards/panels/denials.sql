-- title: Denials
-- question: Who was denied what, and by which rule?
-- visual: table
-- door: decision=deny kind=request
-- column principal: text
-- column principal_kind: text
-- column method: text
-- column route: text
-- column rule: text
-- column rule_source: text
-- column requests: requests
-- column paths: count
-- column path: text
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter principal: String, only this principal
-- parameter kind: String = request, request for what passed through weir decision for what AuthZEN asked or audit for changes of weir itself
-- parameter limit: UInt32 = 100, most rows
SELECT
    principal,
    principal_kind,
    method,
    route,
    rule,
    rule_source,
    count() AS requests,
    uniq(row.path) AS paths,
    argMax(row.path, started_at) AS path,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND decision = 'deny' AND if(kind IN ('decision', 'audit'), toString(kind), 'request') = {kind:String}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    AND ({principal:String} = '' OR principal = {principal:String})
GROUP BY principal, principal_kind, method, route, rule, rule_source
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
SELECT
    principal,
    principal_kind,
    method,
    route,
    rule,
    rule_source,
    sum(bucket.calls) AS requests,
    uniqMerge(bucket.paths) AS paths,
    argMaxMerge(bucket.last_path) AS path,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND subject = 'denial' AND kind = {kind:String}
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
    AND ({principal:String} = '' OR bucket.principal = {principal:String})
    -- Paths of all would take longer than all else.
    AND denial_hash IN
    (
        SELECT denial_hash FROM trouble_sums AS bucket
        WHERE {{in_window}}
            AND subject = 'denial' AND kind = {kind:String}
            AND ({service:String} = '' OR bucket.service = {service:String})
            AND ({route:String} = '' OR bucket.route = {route:String})
            AND ({principal:String} = '' OR bucket.principal = {principal:String})
        GROUP BY denial_hash ORDER BY sum(bucket.calls) DESC, denial_hash LIMIT {limit:UInt32}
    )
GROUP BY principal, principal_kind, method, route, rule, rule_source
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
