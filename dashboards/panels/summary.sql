-- title: Summary
-- question: How is everything, in one row?
-- visual: stat
-- door: kind=request
-- column requests: requests
-- column requests_per_second: requests/s
-- column errors: requests -> status_class=5xx
-- column error_share: share
-- column denied: requests -> decision=deny
-- column request_bytes: bytes
-- column response_bytes: bytes
-- column mean_ns: ns
-- column p50_ns: ns
-- column p95_ns: ns
-- column p99_ns: ns
-- parameter service: String, only this service
-- parameter route: String, only this route
WITH quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(buckets), mapValues(buckets)) AS percentiles
SELECT
    sum(bucket.requests) AS requests,
    requests / {{observed_s}} AS requests_per_second,
    sum(bucket.errors) AS errors,
    errors / requests AS error_share,
    sum(bucket.denied) AS denied,
    sum(bucket.request_bytes) AS request_bytes,
    sum(bucket.response_bytes) AS response_bytes,
    sum(bucket.duration_ns) / requests AS mean_ns,
    if(requests = 0, NULL, exp2((percentiles[1] + 0.5) / 8)) AS p50_ns,
    if(requests = 0, NULL, exp2((percentiles[2] + 0.5) / 8)) AS p95_ns,
    if(requests = 0, NULL, exp2((percentiles[3] + 0.5) / 8)) AS p99_ns
FROM requests_{{rollup}} AS bucket
WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
