-- title: Shadow
-- question: Who would gain and who would lose by the candidate policy?
-- visual: table
-- door: none
-- column change: text
-- column kind: text
-- column principal: text
-- column principal_kind: text
-- column method: text
-- column route: text
-- column rule: text
-- column rule_source: text
-- column shadow_rule: text
-- column shadow_rule_source: text
-- column shadow_revision: text
-- column requests: requests
-- column clients: count
-- column paths: count
-- column path: text
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter principal: String, only this principal
-- parameter kind: String, only request (what passed through weir) or decision (what AuthZEN asked)
-- parameter limit: UInt32 = 100, most rows
WITH
    multiIf(shadow_decision = 'error', 'error', shadow_decision = 'allow' AND decision != 'allow', 'gain',
        shadow_decision = 'deny' AND decision = 'allow', 'loss', '') AS change,
    -- The newest candidate: what was said of an older one is of no use any more.
    (
        SELECT argMax(shadow_revision, started_at) FROM requests
        WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
            AND shadow_revision != ''
    ) AS newest
SELECT
    change,
    if(row.kind = 'decision', 'decision', 'request') AS kind,
    principal,
    principal_kind,
    method,
    route,
    rule,
    rule_source,
    shadow_rule,
    shadow_rule_source,
    shadow_revision,
    count() AS requests,
    uniq(client_address) AS clients,
    uniq(row.path) AS paths,
    argMax(row.path, started_at) AS path,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND shadow_revision != '' AND shadow_revision = newest AND change != ''
    AND row.kind != 'audit'
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    AND ({principal:String} = '' OR principal = {principal:String})
GROUP BY change, kind, principal, principal_kind, method, route, rule, rule_source, shadow_rule, shadow_rule_source, shadow_revision
ORDER BY indexOf(['gain', 'loss', 'error'], change), requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums
WITH
    -- The newest candidate: what was said of an older one is of no use any more.
    (
        SELECT argMaxIfMerge(bucket.shadow_revision) FROM rule_sums AS bucket
        WHERE {{in_window}}
    ) AS newest
SELECT
    change,
    if(bucket.kind = 'decision', 'decision', 'request') AS kind,
    principal,
    principal_kind,
    method,
    route,
    rule,
    rule_source,
    shadow_rule,
    shadow_rule_source,
    shadow_revision,
    sum(bucket.calls) AS requests,
    uniqMerge(bucket.clients) AS clients,
    uniqMerge(bucket.paths) AS paths,
    argMaxMerge(bucket.last_path) AS path,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM trouble_sums AS bucket
WHERE {{in_window}}
    AND subject = 'shadow' AND shadow_revision = newest
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
    AND ({principal:String} = '' OR bucket.principal = {principal:String})
GROUP BY change, kind, principal, principal_kind, method, route, rule, rule_source, shadow_rule, shadow_rule_source, shadow_revision
ORDER BY indexOf(['gain', 'loss', 'error'], change), requests DESC, last_at DESC
LIMIT {limit:UInt32}
