-- title: Reloads
-- question: When did config, policy or certificates change, and what was refused?
-- visual: table
-- door: kind=audit
-- column started_at: time
-- column changed: text
-- column cause: text
-- column before: text
-- column after: text
-- column error_code: text
-- column fault: text
-- column principal: text
-- column instance: text
-- column trace_id: trace
-- parameter limit: UInt32 = 100, most rows
SELECT
    started_at,
    attributes['audit.changed'] AS changed,
    attributes['audit.cause'] AS cause,
    attributes['audit.before'] AS before,
    attributes['audit.after'] AS after,
    error_code,
    attributes['audit.fault'] AS fault,
    principal,
    instance,
    trace_id
FROM notable_requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND route = 'audit' AND kind = 'audit' AND attributes['audit.action'] = 'reload'
ORDER BY row.started_at DESC
LIMIT {limit:UInt32}
