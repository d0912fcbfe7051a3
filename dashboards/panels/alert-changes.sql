-- title: Alerts over time
-- question: Which alerts began to fire and which ended, and when?
-- visual: table
-- door: none
-- column started_at: time
-- column state: text
-- column alert: text
-- column severity: text
-- column summary: text
-- column value: text
-- column labels: text
-- column alert_id: text
-- column instance: text
-- parameter alert: String, only this rule
-- parameter limit: UInt32 = 100, most rows
SELECT
    started_at,
    if(attributes['audit.action'] = 'alert_firing', 'firing', 'resolved') AS state,
    attributes['audit.alert'] AS alert,
    attributes['audit.severity'] AS severity,
    attributes['audit.summary'] AS summary,
    attributes['audit.value'] AS value,
    attributes['audit.labels'] AS labels,
    attributes['audit.alert_id'] AS alert_id,
    instance
FROM notable_requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND route = 'audit' AND kind = 'audit' AND attributes['audit.action'] IN ('alert_firing', 'alert_resolved')
    AND ({alert:String} = '' OR attributes['audit.alert'] = {alert:String})
ORDER BY row.started_at DESC
LIMIT {limit:UInt32}
