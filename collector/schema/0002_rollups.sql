-- Requests and attempts counted, per 10 seconds, minute and hour. One table and one view for all of it, because
-- what an INSERT costs beyond its rows is the views it passes and the parts it makes.
-- A request counts by route, status class and decision, an attempt by upstream; the other's columns are empty.
-- Bucket b of `buckets` counts durations of 2^(b/8) up to 2^((b+1)/8) ns: eight buckets an octave, 9 % wide,
-- so any sum of rows gives exact bucket counts and every percentile within 4.5 %. Read one with
-- exp2((quantilesExactWeightedArray(0.95)(mapKeys(buckets), mapValues(buckets))[1] + 0.5) / 8).
CREATE TABLE IF NOT EXISTS rollups
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
PARTITION BY toDate(time)
ORDER BY (grain_s, subject, time, service, route, status_class, decision, upstream)
TTL time + toIntervalDay({{rollup_10s_days}}) WHERE grain_s = 10,
    time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 60,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 3600
SETTINGS non_replicated_deduplication_window = 10000;

-- Counted by bucket first: maps are made of the few buckets, not of the many rows.
CREATE MATERIALIZED VIEW IF NOT EXISTS rollups_view TO rollups AS
SELECT
    grain_s,
    subject,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    service, route, status_class, decision, upstream,
    sum(fine.calls) AS calls,
    sum(fine.failures) AS failures,
    sum(fine.denied) AS denied,
    sum(fine.request_bytes) AS request_bytes,
    sum(fine.response_bytes) AS response_bytes,
    sum(fine.duration_ns) AS duration_ns,
    sumMap(map(bucket, fine.calls)) AS buckets
FROM
(
    SELECT
        if(attempt = 0, 'request', 'attempt') AS subject,
        toStartOfInterval(toDateTime(started_at), INTERVAL 10 SECOND) AS time,
        service,
        if(attempt = 0, requests.route, '') AS route,
        if(attempt = 0, toUInt8(intDiv(status, 100)), 0) AS status_class,
        if(attempt = 0, requests.decision, '') AS decision,
        endpoint AS upstream,
        toUInt16(floor(log2(greatest(ns, 1)) * 8)) AS bucket,
        count() AS calls,
        countIf(code >= 500 OR error != '') AS failures,
        countIf(attempt = 0 AND requests.decision = 'deny') AS denied,
        sumIf(requests.request_bytes, attempt = 0) AS request_bytes,
        sumIf(requests.response_bytes, attempt = 0) AS response_bytes,
        sum(ns) AS duration_ns
    FROM requests
    ARRAY JOIN
        range(length(attempt_upstream) + 1) AS attempt,
        arrayPushFront(attempt_upstream, '') AS endpoint,
        arrayPushFront(attempt_duration_ns, requests.duration_ns) AS ns,
        arrayPushFront(attempt_status, status) AS code,
        arrayPushFront(attempt_error, '') AS error
    GROUP BY subject, time, service, route, status_class, decision, endpoint, bucket
) AS fine
ARRAY JOIN [toUInt16(10), 60, 3600] AS grain_s
GROUP BY grain_s, subject, time, service, route, status_class, decision, upstream;

-- What AuthZEN asked (kind decision) and changes of weir itself (kind audit) are counted, too, under routes of their own
-- and no service, which every route of a config has; they are no traffic, so the views leave them out.
CREATE VIEW IF NOT EXISTS requests_10s AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 10 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));

CREATE VIEW IF NOT EXISTS upstreams_10s AS
SELECT time, service, upstream, calls AS attempts, failures, duration_ns, buckets
FROM rollups WHERE grain_s = 10 AND subject = 'attempt';

CREATE VIEW IF NOT EXISTS requests_1m AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 60 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));

CREATE VIEW IF NOT EXISTS upstreams_1m AS
SELECT time, service, upstream, calls AS attempts, failures, duration_ns, buckets
FROM rollups WHERE grain_s = 60 AND subject = 'attempt';

CREATE VIEW IF NOT EXISTS requests_1h AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 3600 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));

CREATE VIEW IF NOT EXISTS upstreams_1h AS
SELECT time, service, upstream, calls AS attempts, failures, duration_ns, buckets
FROM rollups WHERE grain_s = 3600 AND subject = 'attempt';
