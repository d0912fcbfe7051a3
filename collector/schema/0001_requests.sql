-- The request row: one row for one answered or abandoned request (columns in src/telemetry/columns.ts).
-- Words, callers and their programs are LowCardinality, ids and paths plain strings, durations whole nanoseconds, of which three
-- digits are kept. ZSTD(1) takes two bits for every row of what always repeats, which is what most lists do; ZSTD(3) takes none.
CREATE TABLE IF NOT EXISTS requests
(
    -- which
    kind LowCardinality(String) CODEC(ZSTD(1)),
    started_at DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    trace_flags UInt8 CODEC(ZSTD(1)),
    trace_state String CODEC(ZSTD(1)),
    sampled Bool CODEC(ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1)),
    worker UInt16 CODEC(T64, ZSTD(1)),
    config_revision LowCardinality(String) CODEC(ZSTD(1)),
    -- what
    scheme LowCardinality(String) CODEC(ZSTD(1)),
    http_version LowCardinality(String) CODEC(ZSTD(1)),
    method LowCardinality(String) CODEC(ZSTD(1)),
    host String CODEC(ZSTD(3)),
    path String CODEC(ZSTD(1)),
    query String CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    api_version LowCardinality(String) CODEC(ZSTD(1)),
    request_bytes UInt64 CODEC(T64, ZSTD(1)),
    content_type String CODEC(ZSTD(1)),
    user_agent LowCardinality(String) CODEC(ZSTD(1)),
    headers Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    client_address LowCardinality(String) CODEC(ZSTD(1)),
    tls_version LowCardinality(String) CODEC(ZSTD(1)),
    -- who
    principal LowCardinality(String) CODEC(ZSTD(1)),
    principal_kind LowCardinality(String) CODEC(ZSTD(1)),
    issuer LowCardinality(String) CODEC(ZSTD(1)),
    roles Array(LowCardinality(String)) CODEC(ZSTD(3)),
    auth_method LowCardinality(String) CODEC(ZSTD(1)),
    auth_outcome LowCardinality(String) CODEC(ZSTD(1)),
    -- may they
    decision LowCardinality(String) CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    rule_source LowCardinality(String) CODEC(ZSTD(1)),
    policy_revision LowCardinality(String) CODEC(ZSTD(1)),
    -- A value that another column has is that column's name behind a byte 1 (src/telemetry/groups/references.ts).
    policy_request_kept Array(String) CODEC(ZSTD(3)),
    policy_request Array(String) ALIAS arrayMap(text -> multiIf(NOT startsWith(text, '\x01'), text, text = '\x01path', path, text = '\x01principal', principal,
        text = '\x01method', toString(method), text = '\x01host', host, text = '\x01route', toString(route),
        text = '\x01service', toString(service), substring(text, 2)), policy_request_kept),
    policy_replay LowCardinality(String) CODEC(ZSTD(1)),
    role_path_kept Array(LowCardinality(String)) CODEC(ZSTD(3)),
    role_path Array(LowCardinality(String)) ALIAS arrayMap(text -> multiIf(NOT startsWith(text, '\x01'), text, text = '\x01path', path, text = '\x01principal', principal,
        text = '\x01method', toString(method), text = '\x01host', host, text = '\x01route', toString(route),
        text = '\x01service', toString(service), substring(text, 2)), CAST(role_path_kept, 'Array(String)')),
    shadow_decision LowCardinality(String) CODEC(ZSTD(1)),
    shadow_rule LowCardinality(String) CODEC(ZSTD(1)),
    shadow_rule_source LowCardinality(String) CODEC(ZSTD(1)),
    shadow_revision LowCardinality(String) CODEC(ZSTD(1)),
    -- where to
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    picker LowCardinality(String) CODEC(ZSTD(1)),
    candidates Array(LowCardinality(String)) CODEC(ZSTD(3)),
    candidate_scores Array(Float32) CODEC(ZSTD(3)),
    candidate_inflight Array(UInt16) CODEC(T64, ZSTD(3)),
    attempt_upstream Array(LowCardinality(String)) CODEC(ZSTD(3)),
    -- Those of former versions; since then they are made of the request's (src/telemetry/span-ids.ts).
    attempt_span_id_kept Array(String) CODEC(ZSTD(3)),
    attempt_span_id Array(String) ALIAS if(empty(attempt_span_id_kept),
        arrayMap(n -> concat(lower(hex(bitXor(reinterpretAsUInt8(unhex(substring(span_id, 1, 2))), toUInt8(n)))), substring(span_id, 3)),
            arrayEnumerate(attempt_upstream)), attempt_span_id_kept),
    attempt_started_ns Array(UInt64) CODEC(T64('bit'), ZSTD(3)),
    attempt_duration_ns Array(UInt64) CODEC(T64('bit'), ZSTD(3)),
    attempt_status Array(UInt16) CODEC(T64, ZSTD(3)),
    attempt_error Array(LowCardinality(String)) CODEC(ZSTD(3)),
    -- where the time went
    duration_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    identify_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    authorize_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    balance_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    queue_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    connect_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    upstream_first_byte_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    upstream_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    -- how it ended
    status UInt16 CODEC(T64, ZSTD(1)),
    response_bytes UInt64 CODEC(T64, ZSTD(1)),
    completed Bool CODEC(ZSTD(1)),
    error_code LowCardinality(String) CODEC(ZSTD(1)),
    error_source LowCardinality(String) CODEC(ZSTD(1)),
    limited_by LowCardinality(String) CODEC(ZSTD(1)),
    breaker LowCardinality(String) CODEC(ZSTD(1)),
    fault LowCardinality(String) CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.025) GRANULARITY 1,
    -- Changes of weir itself among the traffic, and the slowest of a month.
    INDEX kind_set kind TYPE set(8) GRANULARITY 1,
    INDEX duration_ns_minmax duration_ns TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (toStartOfFiveMinutes(started_at), service, route, started_at)
TTL toDateTime(started_at) + toIntervalDay({{requests_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000,
    -- Merging so many columns costs as much as parsing them: seldom, and column by column.
    merge_selector_base = 15, vertical_merge_algorithm_min_rows_to_activate = 1;

-- Where rows are sent: it keeps nothing and passes every block on to `requests`. A LowCardinality value costs
-- several times a String's to parse, and a column of words turned into one at once costs next to nothing.
CREATE TABLE IF NOT EXISTS requests_intake
(
    -- which
    kind String,
    started_at DateTime64(9),
    trace_id String,
    span_id String,
    parent_span_id String,
    trace_flags UInt8,
    trace_state String,
    sampled Bool,
    instance String,
    worker UInt16,
    config_revision String,
    -- what
    scheme String,
    http_version String,
    method String,
    host String,
    path String,
    query String,
    route String,
    service String,
    api_version String,
    request_bytes UInt64,
    content_type String,
    user_agent String,
    headers Map(String, String),
    client_address String,
    tls_version String,
    -- who
    principal String,
    principal_kind String,
    issuer String,
    roles Array(String),
    auth_method String,
    auth_outcome String,
    -- may they
    decision String,
    rule String,
    rule_source String,
    policy_revision String,
    policy_request Array(String),
    policy_replay String,
    role_path Array(String),
    shadow_decision String,
    shadow_rule String,
    shadow_rule_source String,
    shadow_revision String,
    -- where to
    upstream String,
    picker String,
    candidates Array(String),
    candidate_scores Array(Float32),
    candidate_inflight Array(UInt16),
    attempt_upstream Array(String),
    attempt_span_id Array(String),
    attempt_started_ns Array(UInt64),
    attempt_duration_ns Array(UInt64),
    attempt_status Array(UInt16),
    attempt_error Array(String),
    -- where the time went
    duration_ns UInt64,
    identify_ns UInt64,
    authorize_ns UInt64,
    balance_ns UInt64,
    queue_ns UInt64,
    connect_ns UInt64,
    upstream_first_byte_ns UInt64,
    upstream_ns UInt64,
    -- how it ended
    status UInt16,
    response_bytes UInt64,
    completed Bool,
    error_code String,
    error_source String,
    limited_by String,
    breaker String,
    fault String,
    attributes Map(String, String)
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS requests_intake_view TO requests AS
SELECT * EXCEPT (attempt_span_id, policy_request, role_path),
    attempt_span_id AS attempt_span_id_kept, policy_request AS policy_request_kept, role_path AS role_path_kept
FROM requests_intake;
