-- As in 0024_sums. Sums that are there tell no percentiles any more, but of what comes from now on.
ALTER TABLE caller_sums ADD COLUMN IF NOT EXISTS buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)) AFTER response_bytes;
ALTER TABLE caller_sums_view MODIFY QUERY
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
        principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version,
        count() AS requests,
        countIf(status >= 500) AS errors,
        countIf(decision = 'deny') AS denied,
        countIf(auth_outcome NOT IN ('', 'ok', 'none')) AS failed,
        sum(row.request_bytes) AS request_bytes,
        sum(row.response_bytes) AS response_bytes,
        sumMap(map(toUInt16(floor(log2(greatest(duration_ns, 1)) * 8)), toUInt64(1))) AS buckets,
        uniqState(toString(route)) AS routes,
        uniqState(client_address) AS clients,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        argMinState(trace_id, started_at) AS first_trace
    FROM requests AS row
    WHERE kind NOT IN ('decision', 'audit')
    GROUP BY time, principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version
) AS fine
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;
ALTER TABLE caller_sums DROP COLUMN IF EXISTS durations;
ALTER TABLE trouble_sums ADD COLUMN IF NOT EXISTS denial_hash UInt64
    MATERIALIZED cityHash64(principal, principal_kind, method, route, rule, rule_source) CODEC(NONE) AFTER last_trace;
