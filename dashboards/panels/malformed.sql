-- title: Refused as malformed
-- question: Who sends what is no sound HTTP, and what is wrong with it?
-- visual: table
-- door: kind=request
-- column error_code: text
-- column fault: text
-- column client_address: text
-- column requests: requests
-- column first_at: time
-- column last_at: time
-- column trace_id: trace
-- parameter limit: UInt32 = 100, most rows
SELECT
    error_code,
    arrayStringConcat(arraySort(groupUniqArray(3)(row.fault)), '; ') AS fault,
    client_address,
    count() AS requests,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    argMax(row.trace_id, started_at) AS trace_id
FROM notable_requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND error_code IN (
        'malformed_request', 'ambiguous_path', 'bad_host', 'uri_too_long', 'headers_too_large',
        'expectation_failed', 'method_not_supported', 'version_not_supported'
    )
GROUP BY error_code, client_address
ORDER BY requests DESC, last_at DESC
LIMIT {limit:UInt32}
