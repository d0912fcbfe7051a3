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
    AND shape NOT IN
    (
        SELECT arrayStringConcat(arrayMap(part -> if(match(part, '^[0-9]+$|^[0-9a-fA-F-]{8,}$|[0-9]{4,}'), '*', part), splitByChar('/', row.path)), '/')
        FROM requests AS row
        WHERE started_at >= {since:DateTime64(3, 'UTC')} - toIntervalDay({days:UInt32})
            AND started_at < {since:DateTime64(3, 'UTC')} AND kind NOT IN ('decision', 'audit')
    )
GROUP BY shape, route
ORDER BY requests DESC, first_at DESC
LIMIT {limit:UInt32}
