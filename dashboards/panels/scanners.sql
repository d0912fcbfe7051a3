-- title: Who tries their luck
-- question: Which addresses ask for many different paths and are refused most of them?
-- visual: table
-- door: kind=request
-- column client_address: text
-- column requests: requests
-- column refused: requests -> status_class=4xx
-- column paths: count
-- column path: text
-- column callers: count
-- column first_at: time
-- column last_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter paths: UInt32 = 10, so many different paths that were refused
-- parameter limit: UInt32 = 100, most rows
SELECT
    client_address,
    count() AS requests,
    countIf(status >= 400 AND status < 500) AS refused,
    uniqIf(row.path, status >= 400 AND status < 500) AS paths,
    argMaxIf(row.path, started_at, status >= 400 AND status < 500) AS path,
    uniqIf(principal, principal != '') AS callers,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    argMaxIf(row.trace_id, started_at, status >= 400 AND status < 500) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY client_address
HAVING paths >= {paths:UInt32} AND refused * 2 > requests
ORDER BY paths DESC, refused DESC, client_address
LIMIT {limit:UInt32}
-- from sums, but for service, route
SELECT
    client_address,
    sum(bucket.requests) AS requests,
    sum(bucket.refused) AS refused,
    uniqIfMerge(bucket.refused_paths) AS paths,
    argMaxIfMerge(bucket.refused_path) AS path,
    uniqIfMerge(bucket.callers) AS callers,
    min(bucket.first_at) AS first_at,
    max(bucket.last_at) AS last_at,
    argMaxIfMerge(bucket.refused_trace) AS trace_id
FROM address_sums AS bucket
WHERE {{in_window}}
    -- Counting paths of all would take longer than all else.
    AND client_address IN
    (
        SELECT client_address FROM address_sums AS bucket
        WHERE {{in_window}}
        GROUP BY client_address
        HAVING sum(bucket.refused) >= {paths:UInt32} AND sum(bucket.refused) * 2 > sum(bucket.requests)
    )
GROUP BY client_address
HAVING paths >= {paths:UInt32}
ORDER BY paths DESC, refused DESC, client_address
LIMIT {limit:UInt32}
