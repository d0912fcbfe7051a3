-- Requests by service, route, status class and decision, per 10 seconds, minute and hour; each coarser one is fed by the finer one's inserts.
-- Bucket b of `buckets` counts durations of 2^(b/8) up to 2^((b+1)/8) ns: eight buckets an octave, 9 % wide,
-- so any sum of rows gives exact bucket counts and every percentile within 4.5 %. Read one with
-- exp2((quantilesExactWeightedArray(0.95)(mapKeys(buckets), mapValues(buckets))[1] + 0.5) / 8).
CREATE TABLE IF NOT EXISTS requests_10s
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    status_class UInt8 CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    denied SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, route, status_class, decision)
TTL time + toIntervalDay({{rollup_10s_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS requests_10s_view TO requests_10s AS
SELECT
    toStartOfInterval(toDateTime(started_at), INTERVAL 10 SECOND) AS time,
    service, route, toUInt8(intDiv(status, 100)) AS status_class, decision,
    count() AS requests,
    countIf(status >= 500) AS errors,
    countIf(requests.decision = 'deny') AS denied,
    sum(requests.request_bytes) AS request_bytes,
    sum(requests.response_bytes) AS response_bytes,
    sum(requests.duration_ns) AS duration_ns,
    sumMap(map(toUInt16(floor(log2(greatest(requests.duration_ns, 1)) * 8)), toUInt64(1))) AS buckets
FROM requests
GROUP BY time, service, route, status_class, decision;

CREATE TABLE IF NOT EXISTS requests_1m
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    status_class UInt8 CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    denied SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, route, status_class, decision)
TTL time + toIntervalDay({{rollup_1m_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS requests_1m_view TO requests_1m AS
SELECT
    toStartOfInterval(requests_10s.time, INTERVAL 1 MINUTE) AS time,
    service, route, status_class, decision,
    sum(requests_10s.requests) AS requests,
    sum(requests_10s.errors) AS errors,
    sum(requests_10s.denied) AS denied,
    sum(requests_10s.request_bytes) AS request_bytes,
    sum(requests_10s.response_bytes) AS response_bytes,
    sum(requests_10s.duration_ns) AS duration_ns,
    sumMap(requests_10s.buckets) AS buckets
FROM requests_10s
GROUP BY time, service, route, status_class, decision;

CREATE TABLE IF NOT EXISTS requests_1h
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    status_class UInt8 CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    denied SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, service, route, status_class, decision)
TTL time + toIntervalDay({{rollup_1h_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS requests_1h_view TO requests_1h AS
SELECT
    toStartOfInterval(requests_1m.time, INTERVAL 1 HOUR) AS time,
    service, route, status_class, decision,
    sum(requests_1m.requests) AS requests,
    sum(requests_1m.errors) AS errors,
    sum(requests_1m.denied) AS denied,
    sum(requests_1m.request_bytes) AS request_bytes,
    sum(requests_1m.response_bytes) AS response_bytes,
    sum(requests_1m.duration_ns) AS duration_ns,
    sumMap(requests_1m.buckets) AS buckets
FROM requests_1m
GROUP BY time, service, route, status_class, decision;
