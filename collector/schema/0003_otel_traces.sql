-- The OpenTelemetry Collector's trace table (clickhouseexporter): `otel_spans` keeps what services send.
-- View `otel_traces` is that and weir's own spans made from `requests`.
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
    -- How many spans this one stands for, since samplers before it let that share go: sum(SampleRate) is what count()
    -- would be without them. Attribute SampleRate says it (of weir's collector, HyperDX, Honeycomb; a sampler that
    -- comes later multiplies it), else the threshold of OpenTelemetry's samplers (tracestate ot=th:, in 14 hex digits).
    SampleRate Float64 MATERIALIZED multiIf(
        toFloat64OrZero(SpanAttributes['SampleRate']) >= 1, least(toFloat64OrZero(SpanAttributes['SampleRate']), 1e6),
        match(TraceState, '(^|,)ot=([^,]*;)?th:[0-9a-f]{1,14}(;|,|$)'),
            least(exp2(56) / (exp2(56) - reinterpretAsUInt64(reverse(unhex(
                rightPad(extract(TraceState, '(?:^|,)ot=(?:[^,]*;)?th:([0-9a-f]{1,14})'), 14, '0'))))), 1e6),
        1) CODEC(ZSTD(1)),
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
