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
-- parameter limit: UInt32 = 200, most rows
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    service,
    upstream,
    sum(bucket.attempts) AS attempts,
    attempts / greatest(dateDiff('second', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}), 1) AS attempts_per_second,
    sum(bucket.failures) AS failures,
    failures / attempts AS failure_share,
    exp2((percentiles[1] + 0.5) / 8) AS p50_ns,
    exp2((percentiles[2] + 0.5) / 8) AS p95_ns,
    exp2((percentiles[3] + 0.5) / 8) AS p99_ns
FROM upstreams_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
GROUP BY service, upstream
ORDER BY attempts DESC, service, upstream
LIMIT {limit:UInt32}
