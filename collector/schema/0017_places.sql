-- In which five minutes the requests of a trace are, by a hash of its id: a Bloom filter of 100,000,000 ids is 180 MB, all of
-- which is read to find one. Two of 4,000,000,000 hashes being the same costs one needless look.
CREATE TABLE IF NOT EXISTS trace_places
(
    hash UInt32 CODEC(Delta(4), ZSTD(1)),
    five_minutes DateTime('UTC') CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(five_minutes)
ORDER BY hash
TTL five_minutes + toIntervalDay({{requests_days}})
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_places_view TO trace_places AS
SELECT toUInt32(cityHash64(trace_id)) AS hash, toStartOfFiveMinutes(toDateTime(started_at, 'UTC')) AS five_minutes
FROM requests
WHERE trace_id != '';
