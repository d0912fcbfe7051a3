-- The OpenTelemetry Collector's trace table (clickhouseexporter), by the names other tools look for:
-- `otel_spans` keeps what services send, `otel_traces` is that and weir's own spans made from `requests`.
CREATE TABLE IF NOT EXISTS otel_spans
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested(
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested(
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
TTL toDateTime(Timestamp) + toIntervalDay({{traces_days}})
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1,
    non_replicated_deduplication_window = 10000;

-- The SERVER span of a request, a CLIENT span for each of its attempts, and the services' own spans.
-- Filters on TraceId reach the bloom filters; filters on Timestamp prune server spans and the services'.
CREATE VIEW IF NOT EXISTS otel_traces AS
SELECT
    started_at AS Timestamp,
    trace_id AS TraceId,
    span_id AS SpanId,
    parent_span_id AS ParentSpanId,
    trace_state AS TraceState,
    CAST(trimRight(concat(method, ' ', route)), 'LowCardinality(String)') AS SpanName,
    CAST('Server', 'LowCardinality(String)') AS SpanKind,
    CAST('weir', 'LowCardinality(String)') AS ServiceName,
    CAST(map('service.name', 'weir', 'service.instance.id', toString(instance)),
        'Map(LowCardinality(String), String)') AS ResourceAttributes,
    'weir' AS ScopeName,
    '' AS ScopeVersion,
    CAST(mapFilter((name, value) -> value != '', mapConcat(
        map(
            'http.request.method', toString(method),
            'url.scheme', toString(scheme),
            'url.path', path,
            'url.query', query,
            'http.route', toString(route),
            'http.response.status_code', if(status = 0, '', toString(status)),
            'network.protocol.version', toString(http_version),
            'server.address', host,
            'client.address', client_address,
            'user_agent.original', user_agent,
            'error.type', multiIf(error_code != '', toString(error_code), status >= 500, toString(status), ''),
            'weir.service', toString(service),
            'weir.upstream', toString(upstream),
            'weir.picker', toString(picker),
            'weir.principal', principal,
            'weir.auth_outcome', toString(auth_outcome),
            'weir.decision', toString(decision),
            'weir.rule', toString(rule),
            'weir.rule_source', toString(rule_source),
            'weir.policy_revision', toString(policy_revision),
            'weir.error_source', toString(error_source)
        ),
        CAST(attributes, 'Map(String, String)')
    )), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    duration_ns AS Duration,
    CAST(if(status >= 500 OR status = 0, 'Error', 'Unset'), 'LowCardinality(String)') AS StatusCode,
    '' AS StatusMessage,
    CAST([], 'Array(DateTime64(9))') AS `Events.Timestamp`,
    CAST([], 'Array(LowCardinality(String))') AS `Events.Name`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Events.Attributes`,
    CAST([], 'Array(String)') AS `Links.TraceId`,
    CAST([], 'Array(String)') AS `Links.SpanId`,
    CAST([], 'Array(String)') AS `Links.TraceState`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Links.Attributes`
FROM requests
UNION ALL
SELECT
    addNanoseconds(started_at, attempt_started_ns[n]) AS Timestamp,
    trace_id AS TraceId,
    attempt_span_id[n] AS SpanId,
    span_id AS ParentSpanId,
    trace_state AS TraceState,
    CAST(method, 'LowCardinality(String)') AS SpanName,
    CAST('Client', 'LowCardinality(String)') AS SpanKind,
    CAST('weir', 'LowCardinality(String)') AS ServiceName,
    CAST(map('service.name', 'weir', 'service.instance.id', toString(instance)),
        'Map(LowCardinality(String), String)') AS ResourceAttributes,
    'weir' AS ScopeName,
    '' AS ScopeVersion,
    CAST(mapFilter((name, value) -> value != '', map(
        'http.request.method', toString(method),
        'url.full', if(position(attempt_upstream[n], '://') > 0, concat(attempt_upstream[n], path), ''),
        'http.response.status_code', if(attempt_status[n] = 0, '', toString(attempt_status[n])),
        'server.address', if(domain(attempt_upstream[n]) != '', domain(attempt_upstream[n]), toString(attempt_upstream[n])),
        'server.port', if(port(attempt_upstream[n]) = 0, '', toString(port(attempt_upstream[n]))),
        'http.request.resend_count', if(n > 1, toString(n - 1), ''),
        'error.type', multiIf(
            attempt_error[n] != '', toString(attempt_error[n]),
            attempt_status[n] >= 400, toString(attempt_status[n]),
            ''),
        'weir.service', toString(service),
        'weir.upstream', toString(attempt_upstream[n])
    )), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    attempt_duration_ns[n] AS Duration,
    CAST(if(attempt_status[n] >= 400 OR attempt_error[n] != '', 'Error', 'Unset'), 'LowCardinality(String)') AS StatusCode,
    toString(attempt_error[n]) AS StatusMessage,
    CAST([], 'Array(DateTime64(9))') AS `Events.Timestamp`,
    CAST([], 'Array(LowCardinality(String))') AS `Events.Name`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Events.Attributes`,
    CAST([], 'Array(String)') AS `Links.TraceId`,
    CAST([], 'Array(String)') AS `Links.SpanId`,
    CAST([], 'Array(String)') AS `Links.TraceState`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Links.Attributes`
FROM requests
ARRAY JOIN arrayEnumerate(attempt_upstream) AS n
UNION ALL
SELECT
    Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage,
    Events.Timestamp, Events.Name, Events.Attributes,
    Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes
FROM otel_spans;
