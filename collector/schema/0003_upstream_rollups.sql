-- Attempts by service and upstream, per 10 seconds, minute and hour; each coarser one is fed by the finer one's inserts.
-- Bucket b of `buckets` counts durations of 2^(b/8) up to 2^((b+1)/8) ns: eight buckets an octave, 9 % wide,
-- so any sum of rows gives exact bucket counts and every percentile within 4.5 %. Read one with
-- exp2((quantilesExactWeightedArray(0.95)(mapKeys(buckets), mapValues(buckets))[1] + 0.5) / 8).
CREATE TABLE IF NOT EXISTS upstreams_10s
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, upstream)
TTL time + toIntervalDay({{rollup_10s_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS upstreams_10s_view TO upstreams_10s AS
SELECT
    toStartOfInterval(toDateTime(started_at), INTERVAL 10 SECOND) AS time,
    service, attempt.1 AS upstream,
    count() AS attempts,
    countIf(attempt.3 >= 500 OR attempt.4 != '') AS failures,
    sum(attempt.2) AS duration_ns,
    sumMap(map(toUInt16(floor(log2(greatest(attempt.2, 1)) * 8)), toUInt64(1))) AS buckets
FROM requests
ARRAY JOIN arrayZip(attempt_upstream, attempt_duration_ns, attempt_status, attempt_error) AS attempt
GROUP BY time, service, upstream;

CREATE TABLE IF NOT EXISTS upstreams_1m
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, upstream)
TTL time + toIntervalDay({{rollup_1m_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS upstreams_1m_view TO upstreams_1m AS
SELECT
    toStartOfInterval(upstreams_10s.time, INTERVAL 1 MINUTE) AS time,
    service, upstream,
    sum(upstreams_10s.attempts) AS attempts,
    sum(upstreams_10s.failures) AS failures,
    sum(upstreams_10s.duration_ns) AS duration_ns,
    sumMap(upstreams_10s.buckets) AS buckets
FROM upstreams_10s
GROUP BY time, service, upstream;

CREATE TABLE IF NOT EXISTS upstreams_1h
(
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (time, service, upstream)
TTL time + toIntervalDay({{rollup_1h_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS upstreams_1h_view TO upstreams_1h AS
SELECT
    toStartOfInterval(upstreams_1m.time, INTERVAL 1 HOUR) AS time,
    service, upstream,
    sum(upstreams_1m.attempts) AS attempts,
    sum(upstreams_1m.failures) AS failures,
    sum(upstreams_1m.duration_ns) AS duration_ns,
    sumMap(upstreams_1m.buckets) AS buckets
FROM upstreams_1m
GROUP BY time, service, upstream;
