-- title: New paths
-- question: Which kinds of paths were asked for that nobody asked for before? Numbers and ids count as one.
-- visual: table
-- door: kind=request
-- column shape: text
-- column route: text
-- column requests: requests -> none
-- column callers: count
-- column failed: requests -> none
-- column path: text
-- column first_at: time
-- column trace_id: trace
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter days: UInt32 = 7, how far back a path counts as known
-- parameter limit: UInt32 = 100, most rows
WITH arrayStringConcat(arrayMap(part -> if(match(part, '^[0-9]+$|^[0-9a-fA-F-]{8,}$|[0-9]{4,}'), '*', part), splitByChar('/', row.path)), '/') AS shape
SELECT
    shape,
    route,
    count() AS requests,
    uniq(principal) AS callers,
    countIf(status >= 400) AS failed,
    argMin(row.path, started_at) AS path,
    min(started_at) AS first_at,
    argMin(row.trace_id, started_at) AS trace_id
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    -- All that was asked for before: up to ten minutes from the rows, all else from sums.
    AND shape NOT IN
    (
        SELECT arrayStringConcat(arrayMap(part -> if(match(part, '^[0-9]+$|^[0-9a-fA-F-]{8,}$|[0-9]{4,}'), '*', part), splitByChar('/', row.path)), '/')
        FROM requests AS row
        WHERE started_at >= toStartOfTenMinutes({since:DateTime64(3, 'UTC')})
            AND started_at < {since:DateTime64(3, 'UTC')} AND kind NOT IN ('decision', 'audit')
    )
    AND shape NOT IN (SELECT past.shape FROM path_sums AS past WHERE {{before_window}})
GROUP BY shape, route
ORDER BY requests DESC, first_at DESC
LIMIT {limit:UInt32}
-- from sums
SELECT
    shape,
    route,
    sum(bucket.requests) AS requests,
    uniqMerge(bucket.callers) AS callers,
    sum(bucket.failed) AS failed,
    argMinMerge(bucket.first_path) AS path,
    min(bucket.first_at) AS first_at,
    argMinMerge(bucket.first_trace) AS trace_id
FROM path_sums AS bucket
WHERE {{in_window}}
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
    AND shape NOT IN (SELECT past.shape FROM path_sums AS past WHERE {{before_window}})
GROUP BY shape, route
ORDER BY requests DESC, first_at DESC
LIMIT {limit:UInt32}
