-- title: Audit
-- question: Who changed what of weir itself, and how did it end?
-- visual: table
-- door: kind=audit
-- column started_at: time
-- column principal: text
-- column role: text
-- column action: text
-- column changed: text
-- column cause: text
-- column decision: text
-- column status: text
-- column error_code: text
-- column client_address: text
-- column instance: text
-- column trace_id: trace
-- parameter principal: String, only this one
-- parameter limit: UInt32 = 100, most rows
SELECT
    started_at,
    principal,
    attributes['audit.role'] AS role,
    attributes['audit.action'] AS action,
    arrayStringConcat(arrayFilter(word -> word != '', [
        attributes['audit.changed'], attributes['audit.issuer'], attributes['audit.jti']
    ]), ' ') AS changed,
    attributes['audit.cause'] AS cause,
    decision,
    toString(status) AS status,
    error_code,
    client_address,
    instance,
    trace_id
FROM notable_requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND route = 'audit' AND kind = 'audit'
    AND ({principal:String} = '' OR principal = {principal:String})
ORDER BY row.started_at DESC
LIMIT {limit:UInt32}
