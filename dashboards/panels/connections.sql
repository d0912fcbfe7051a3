-- title: Connections
-- question: How do clients connect: over which TLS, in which HTTP, and who still does without?
-- visual: table
-- door: none
-- column scheme: text
-- column tls_version: text
-- column http_version: text
-- column requests: requests
-- column callers: count
-- column clients: count
-- column last_at: time
-- parameter service: String, only this service
-- parameter route: String, only this route
SELECT
    scheme,
    tls_version,
    http_version,
    count() AS requests,
    uniqIf(principal, principal != '') AS callers,
    uniq(client_address) AS clients,
    max(started_at) AS last_at
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY scheme, tls_version, http_version
ORDER BY requests DESC, scheme, tls_version, http_version
-- from sums, but for service, route
SELECT
    scheme,
    tls_version,
    http_version,
    sum(bucket.requests) AS requests,
    uniqIf(principal, principal != '') AS callers,
    uniqMerge(bucket.clients) AS clients,
    max(bucket.last_at) AS last_at
FROM caller_sums AS bucket
WHERE {{in_window}}
GROUP BY scheme, tls_version, http_version
ORDER BY requests DESC, scheme, tls_version, http_version
