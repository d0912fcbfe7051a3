-- As in 0003_otel_traces.
ALTER TABLE otel_spans ADD COLUMN IF NOT EXISTS
    SampleRate Float64 MATERIALIZED multiIf(
        toFloat64OrZero(SpanAttributes['SampleRate']) >= 1, least(toFloat64OrZero(SpanAttributes['SampleRate']), 1e6),
        match(TraceState, '(^|,)ot=([^,]*;)?th:[0-9a-f]{1,14}(;|,|$)'),
            least(exp2(56) / (exp2(56) - reinterpretAsUInt64(reverse(unhex(
                rightPad(extract(TraceState, '(?:^|,)ot=(?:[^,]*;)?th:([0-9a-f]{1,14})'), 14, '0'))))), 1e6),
        1) CODEC(ZSTD(1));
