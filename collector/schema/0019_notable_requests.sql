-- Requests that failed or were refused, and changes of weir itself, once more and by route: among the others each of them
-- costs reading a granule of 8,192 rows. The columns are those that lists and panels show (src/store/requests.ts).
CREATE TABLE IF NOT EXISTS notable_requests
(
    started_at DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1)),
    method LowCardinality(String) CODEC(ZSTD(1)),
    host String CODEC(ZSTD(1)),
    path String CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    client_address String CODEC(ZSTD(1)),
    principal String CODEC(ZSTD(1)),
    principal_kind LowCardinality(String) CODEC(ZSTD(1)),
    auth_method LowCardinality(String) CODEC(ZSTD(1)),
    auth_outcome LowCardinality(String) CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    shadow_decision LowCardinality(String) CODEC(ZSTD(1)),
    shadow_revision LowCardinality(String) CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    picker LowCardinality(String) CODEC(ZSTD(1)),
    candidates Array(LowCardinality(String)) CODEC(ZSTD(1)),
    candidate_scores Array(Float32) CODEC(ZSTD(1)),
    candidate_inflight Array(UInt16) CODEC(T64, ZSTD(1)),
    attempt_upstream Array(LowCardinality(String)) CODEC(ZSTD(1)),
    status UInt16 CODEC(T64, ZSTD(1)),
    duration_ns UInt64 CODEC(T64, ZSTD(1)),
    request_bytes UInt64 CODEC(T64, ZSTD(1)),
    response_bytes UInt64 CODEC(T64, ZSTD(1)),
    completed Bool CODEC(ZSTD(1)),
    error_code LowCardinality(String) CODEC(ZSTD(1)),
    error_source LowCardinality(String) CODEC(ZSTD(1)),
    fault LowCardinality(String) CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (route, started_at)
TTL toDateTime(started_at) + toIntervalDay({{requests_days}})
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS notable_requests_view TO notable_requests AS
SELECT
    started_at, kind, trace_id, span_id, instance, method, host, path, route, service, client_address, principal, principal_kind,
    auth_method, auth_outcome, decision, rule, shadow_decision, shadow_revision, upstream, picker, candidates, candidate_scores,
    candidate_inflight, attempt_upstream, status, duration_ns, request_bytes, response_bytes, completed, error_code, error_source,
    fault, attributes
FROM requests
WHERE status >= 500 OR error_code != '' OR kind = 'audit';
