-- title: Rules
-- question: Which rules decide, how often and for how many callers, and when did each last?
-- visual: table
-- column rule: text
-- column rule_source: text
-- column decision: text
-- column kind: text
-- column requests: requests
-- column requests_per_second: requests/s
-- column callers: count
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter principal: String, only this principal
-- parameter kind: String, only request (what passed through weir) or decision (what AuthZEN asked)
-- parameter limit: UInt32 = 200, most rows
SELECT
    rule,
    -- Where it stood last: a rule that moved in its file is still the same rule.
    argMax(row.rule_source, started_at) AS rule_source,
    decision,
    if(row.kind = 'decision', 'decision', 'request') AS kind,
    count() AS requests,
    requests / {{observed_s}} AS requests_per_second,
    uniq(principal) AS callers,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND decision != 'none'
    AND row.kind != 'audit'
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    AND ({principal:String} = '' OR principal = {principal:String})
GROUP BY rule, decision, kind
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
-- from sums, but for principal
SELECT
    rule,
    argMax(bucket.rule_source, bucket.last_at) AS rule_source,
    decision,
    kind,
    sum(bucket.requests) AS requests,
    requests / {{observed_s}} AS requests_per_second,
    uniqCombinedMerge(13)(bucket.callers) AS callers,
    max(bucket.last_at) AS last_at,
    argMaxMerge(bucket.last_trace) AS trace_id
FROM rule_sums AS bucket
WHERE {{in_window}}
    AND decision != 'none'
    AND ({kind:String} = '' OR kind = {kind:String})
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
GROUP BY rule, decision, kind
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
