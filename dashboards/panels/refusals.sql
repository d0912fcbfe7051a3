-- title: Refusals
-- question: How much was refused: by the policy, for a failed login, as malformed?
-- visual: stat
-- door: kind=request
-- column denied: requests -> decision=deny
-- column denied_callers: count
-- column failed_logins: requests -> none
-- column login_sources: count
-- column malformed: requests -> none
-- column malformed_sources: count
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter principal: String, only this principal
WITH error_code IN (
        'malformed_request', 'ambiguous_path', 'bad_host', 'uri_too_long', 'headers_too_large',
        'expectation_failed', 'method_not_supported', 'version_not_supported'
    ) AS is_malformed
SELECT
    countIf(decision = 'deny') AS denied,
    uniqIf(principal, decision = 'deny') AS denied_callers,
    countIf(auth_outcome NOT IN ('', 'ok', 'none')) AS failed_logins,
    uniqIf(client_address, auth_outcome NOT IN ('', 'ok', 'none')) AS login_sources,
    countIf(is_malformed) AS malformed,
    uniqIf(client_address, is_malformed) AS malformed_sources
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
    AND ({principal:String} = '' OR principal = {principal:String})
-- from sums, but for principal
WITH error_code IN (
        'malformed_request', 'ambiguous_path', 'bad_host', 'uri_too_long', 'headers_too_large',
        'expectation_failed', 'method_not_supported', 'version_not_supported'
    ) AS is_malformed
SELECT
    sumIf(bucket.calls, subject = 'denial') AS denied,
    uniqIf(principal, subject = 'denial') AS denied_callers,
    sumIf(bucket.calls, subject = 'login') AS failed_logins,
    uniqIf(client_address, subject = 'login') AS login_sources,
    sumIf(bucket.calls, subject = 'error' AND is_malformed) AS malformed,
    uniqMergeIf(bucket.clients, subject = 'error' AND is_malformed) AS malformed_sources
FROM trouble_sums AS bucket
WHERE {{in_window}} AND subject IN ('denial', 'error', 'login')
    AND bucket.kind = 'request'
    AND ({service:String} = '' OR bucket.service = {service:String})
    AND ({route:String} = '' OR bucket.route = {route:String})
