-- title: Instances
-- question: Do all instances and workers store their rows, and how old is the newest of each?
-- visual: table
-- door: none
-- column instance: text
-- column worker: text
-- column requests: requests
-- column config_revision: text
-- column policy_revision: text
-- column newest_at: time
-- column age_ns: ns
SELECT
    instance,
    toString(row.worker) AS worker,
    count() AS requests,
    argMax(row.config_revision, started_at) AS config_revision,
    argMaxIf(row.policy_revision, started_at, row.policy_revision != '') AS policy_revision,
    max(started_at) AS newest_at,
    -- Seen from the end of the window.
    greatest(0, dateDiff('millisecond', newest_at, {until:DateTime64(3, 'UTC')})) * 1000000 AS age_ns
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit')
GROUP BY instance, worker
ORDER BY instance, toUInt32(worker)
LIMIT 500
-- from sums
SELECT
    instance,
    toString(bucket.worker) AS worker,
    sum(bucket.requests) AS requests,
    argMaxMerge(bucket.config_revision) AS config_revision,
    argMaxIfMerge(bucket.policy_revision) AS policy_revision,
    max(bucket.last_at) AS newest_at,
    -- Seen from the end of the window.
    greatest(0, dateDiff('millisecond', newest_at, {until:DateTime64(3, 'UTC')})) * 1000000 AS age_ns
FROM worker_sums AS bucket
WHERE {{in_window}}
GROUP BY instance, worker
ORDER BY instance, toUInt32(worker)
LIMIT 500
