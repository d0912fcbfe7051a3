-- As `rollups`, per 5 minutes and 6 hours: what a day and a month are read from. They are made of the sums by minute and hour that
-- a batch brings, not of its rows, and of weeks instead of days: a month's are some parts of some ten thousand rows.
CREATE TABLE IF NOT EXISTS coarse_rollups
(
    grain_s UInt16 CODEC(ZSTD(1)),
    subject LowCardinality(String) CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    status_class UInt8 CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    calls SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    denied SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ns SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toMonday(time)
ORDER BY (grain_s, subject, time, service, route, status_class, decision, upstream)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 300,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 21600
SETTINGS index_granularity = 2048, non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS coarse_rollups_view TO coarse_rollups AS
SELECT
    toUInt16(if(fine.grain_s = 60, 300, 21600)) AS grain_s,
    subject,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    service, route, status_class, decision, upstream,
    sum(fine.calls) AS calls,
    sum(fine.failures) AS failures,
    sum(fine.denied) AS denied,
    sum(fine.request_bytes) AS request_bytes,
    sum(fine.response_bytes) AS response_bytes,
    sum(fine.duration_ns) AS duration_ns,
    sumMap(fine.buckets) AS buckets
FROM rollups AS fine
WHERE fine.grain_s IN (60, 3600)
GROUP BY grain_s, subject, time, service, route, status_class, decision, upstream;

CREATE VIEW IF NOT EXISTS requests_5m AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM coarse_rollups WHERE grain_s = 300 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));

CREATE VIEW IF NOT EXISTS upstreams_5m AS
SELECT time, service, upstream, calls AS attempts, failures, duration_ns, buckets
FROM coarse_rollups WHERE grain_s = 300 AND subject = 'attempt';

CREATE VIEW IF NOT EXISTS requests_6h AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM coarse_rollups WHERE grain_s = 21600 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));

CREATE VIEW IF NOT EXISTS upstreams_6h AS
SELECT time, service, upstream, calls AS attempts, failures, duration_ns, buckets
FROM coarse_rollups WHERE grain_s = 21600 AND subject = 'attempt';
