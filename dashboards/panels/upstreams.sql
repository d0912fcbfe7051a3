-- title: Upstreams
-- question: How does each upstream do, counted by attempts, retries and all?
-- visual: table
-- column service: text
-- column upstream: text
-- column attempts: attempts
-- column attempts_per_second: attempts/s
-- column failures: attempts
-- column failure_share: share
-- column p50_ns: ns
-- column p95_ns: ns
-- column p99_ns: ns
-- parameter service: String, only this service
-- parameter route: String, only this route; read from the requests themselves
-- parameter limit: UInt32 = 200, most rows
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    service,
    upstream,
    sum(bucket.attempts) AS attempts,
    attempts / {{observed_s}} AS attempts_per_second,
    sum(bucket.failures) AS failures,
    failures / attempts AS failure_share,
    exp2((percentiles[1] + 0.5) / 8) AS p50_ns,
    exp2((percentiles[2] + 0.5) / 8) AS p95_ns,
    exp2((percentiles[3] + 0.5) / 8) AS p99_ns
FROM
(
    SELECT service, upstream, attempts, failures, buckets
    FROM upstreams_{{rollup}} AS past
    WHERE {route:String} = ''
        AND past.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND past.time < {until:DateTime64(3, 'UTC')}
        AND ({service:String} = '' OR service = {service:String})
    UNION ALL
    SELECT
        service,
        attempt.1 AS upstream,
        toUInt64(1) AS attempts,
        toUInt64(attempt.3 >= 500 OR attempt.4 != '') AS failures,
        map(toUInt16(floor(log2(greatest(attempt.2, 1)) * 8)), toUInt64(1)) AS buckets
    FROM requests
    ARRAY JOIN arrayZip(attempt_upstream, attempt_duration_ns, attempt_status, attempt_error) AS attempt
    WHERE {route:String} != '' AND route = {route:String}
        AND started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
        AND ({service:String} = '' OR service = {service:String})
) AS bucket
GROUP BY service, upstream
ORDER BY attempts DESC, service, upstream
LIMIT {limit:UInt32}
