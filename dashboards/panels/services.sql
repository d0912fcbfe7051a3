-- title: Services
-- question: Which services carry the traffic, which fail, and how long do they take?
-- visual: table
-- door: kind=request
-- column service: text
-- column requests: requests
-- column requests_per_second: requests/s
-- column errors: requests -> status_class=5xx
-- column error_share: share
-- column denied: requests -> decision=deny
-- column p50_ns: ns
-- column p95_ns: ns
-- column p99_ns: ns
-- column response_bytes: bytes
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter limit: UInt32 = 200, most rows
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    service,
    sum(bucket.requests) AS requests,
    requests / {{observed_s}} AS requests_per_second,
    sum(bucket.errors) AS errors,
    errors / requests AS error_share,
    sum(bucket.denied) AS denied,
    exp2((percentiles[1] + 0.5) / 8) AS p50_ns,
    exp2((percentiles[2] + 0.5) / 8) AS p95_ns,
    exp2((percentiles[3] + 0.5) / 8) AS p99_ns,
    sum(bucket.response_bytes) AS response_bytes
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service
ORDER BY requests DESC, service
LIMIT {limit:UInt32}
