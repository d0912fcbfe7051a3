-- The spans of a row by OpenTelemetry's HTTP conventions: what src/telemetry/semconv.ts says of the same row
-- (test/store/otel-traces.test.ts compares the two).
-- The SERVER span of a request, a CLIENT span for each of its attempts, and the services' own spans.
-- Filters on TraceId reach the bloom filters; filters on Timestamp prune server spans and the services'.
-- weir's own stand for themselves alone: every request has its row.
CREATE OR REPLACE VIEW otel_traces AS
WITH
    method IN ('CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE') AS known,
    if(kind IN ('http', 'websocket'), if(known, toString(method), 'HTTP'), toString(kind)) AS subject,
    replaceRegexpOne(host, ':[0-9]*$', '') AS name,
    toUInt32OrZero(extract(host, ':([0-9]+)$')) AS told_port,
    multiIf(host = '', 0, told_port != 0, told_port, scheme = 'https', 443, scheme = 'http', 80, 0) AS port,
    status >= 500 OR status = 0 OR error_source IN ('weir', 'upstream') AS failed
SELECT
    started_at AS Timestamp,
    trace_id AS TraceId,
    span_id AS SpanId,
    parent_span_id AS ParentSpanId,
    trace_state AS TraceState,
    CAST(trimRight(concat(subject, ' ', route)), 'LowCardinality(String)') AS SpanName,
    CAST('Server', 'LowCardinality(String)') AS SpanKind,
    CAST('weir', 'LowCardinality(String)') AS ServiceName,
    CAST(map('service.name', 'weir', 'service.instance.id', toString(instance)),
        'Map(LowCardinality(String), String)') AS ResourceAttributes,
    'weir' AS ScopeName,
    '' AS ScopeVersion,
    CAST(mapFilter((name, value) -> value != '', mapConcat(
        map(
            'http.request.method', multiIf(known, toString(method), method = '', '', '_OTHER'),
            'http.request.method_original', if(known, '', toString(method)),
            'url.scheme', toString(scheme),
            'url.path', path,
            'url.query', query,
            'http.route', toString(route),
            'http.response.status_code', if(status = 0, '', toString(status)),
            'network.protocol.version', toString(http_version),
            'server.address', trim(BOTH '[]' FROM name),
            'server.port', if(port = 0, '', toString(port)),
            'client.address', client_address,
            'user_agent.original', user_agent,
            'error.type', multiIf(NOT failed, '', error_code != '', toString(error_code), status = 0, '_OTHER', toString(status)),
            'weir.service', toString(service),
            'weir.upstream', toString(upstream),
            'weir.picker', toString(picker),
            'weir.principal', principal,
            'weir.auth_method', toString(auth_method),
            'weir.auth_outcome', toString(auth_outcome),
            'weir.decision', toString(decision),
            'weir.rule', toString(rule),
            'weir.rule_source', toString(rule_source),
            'weir.policy_revision', toString(policy_revision),
            'weir.shadow_decision', toString(shadow_decision),
            'weir.shadow_rule', toString(shadow_rule),
            'weir.shadow_rule_source', toString(shadow_rule_source),
            'weir.shadow_revision', toString(shadow_revision),
            'weir.error_code', toString(error_code),
            'weir.error_source', toString(error_source)
        ),
        CAST(attributes, 'Map(String, String)')
    )), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    duration_ns AS Duration,
    CAST(if(failed, 'Error', 'Unset'), 'LowCardinality(String)') AS StatusCode,
    '' AS StatusMessage,
    CAST([], 'Array(DateTime64(9))') AS `Events.Timestamp`,
    CAST([], 'Array(LowCardinality(String))') AS `Events.Name`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Events.Attributes`,
    CAST([], 'Array(String)') AS `Links.TraceId`,
    CAST([], 'Array(String)') AS `Links.SpanId`,
    CAST([], 'Array(String)') AS `Links.TraceState`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Links.Attributes`,
    toFloat64(1) AS SampleRate
FROM requests
UNION ALL
WITH
    method IN ('CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE') AS known,
    attempt_upstream[n] AS upstream_text,
    attempt_status[n] AS upstream_status,
    toString(attempt_error[n]) AS upstream_error,
    extract(upstream_text, '^([a-z]+)://') AS protocol,
    extract(upstream_text, '^[a-z]+://(?:[^/@]*@)?([^/?#]+)') AS authority,
    if(authority = '', '', concat(protocol, '://', authority)) AS origin,
    toUInt32OrZero(extract(authority, ':([0-9]+)$')) AS told_port,
    multiIf(authority = '', 0, told_port != 0, told_port, protocol = 'https', 443, protocol = 'http', 80, 0) AS port,
    if(authority = '', toString(upstream_text), trim(BOTH '[]' FROM replaceRegexpOne(authority, ':[0-9]*$', ''))) AS name
SELECT
    addNanoseconds(started_at, attempt_started_ns[n]) AS Timestamp,
    trace_id AS TraceId,
    attempt_span_id[n] AS SpanId,
    span_id AS ParentSpanId,
    trace_state AS TraceState,
    CAST(if(kind IN ('http', 'websocket'), if(known, toString(method), 'HTTP'), toString(kind)),
        'LowCardinality(String)') AS SpanName,
    CAST('Client', 'LowCardinality(String)') AS SpanKind,
    CAST('weir', 'LowCardinality(String)') AS ServiceName,
    CAST(map('service.name', 'weir', 'service.instance.id', toString(instance)),
        'Map(LowCardinality(String), String)') AS ResourceAttributes,
    'weir' AS ScopeName,
    '' AS ScopeVersion,
    CAST(mapFilter((name, value) -> value != '', map(
        'http.request.method', multiIf(known, toString(method), method = '', '', '_OTHER'),
        'http.request.method_original', if(known, '', toString(method)),
        'url.full', if(origin = '', '', concat(origin, if(attributes['weir.upstream_path'] = '', path, attributes['weir.upstream_path']), if(query = '', '', '?'), query)),
        'http.response.status_code', if(upstream_status = 0, '', toString(upstream_status)),
        'http.request.resend_count', if(n > 1, toString(n - 1), ''),
        'server.address', name,
        'server.port', if(port = 0, '', toString(port)),
        'error.type', multiIf(upstream_error != '', upstream_error, upstream_status >= 400, toString(upstream_status), ''),
        'weir.service', toString(service),
        'weir.upstream', if(origin = '', toString(upstream_text), origin)
    )), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    attempt_duration_ns[n] AS Duration,
    CAST(if(upstream_status >= 400 OR upstream_error != '', 'Error', 'Unset'), 'LowCardinality(String)') AS StatusCode,
    '' AS StatusMessage,
    CAST([], 'Array(DateTime64(9))') AS `Events.Timestamp`,
    CAST([], 'Array(LowCardinality(String))') AS `Events.Name`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Events.Attributes`,
    CAST([], 'Array(String)') AS `Links.TraceId`,
    CAST([], 'Array(String)') AS `Links.SpanId`,
    CAST([], 'Array(String)') AS `Links.TraceState`,
    CAST([], 'Array(Map(LowCardinality(String), String))') AS `Links.Attributes`,
    toFloat64(1) AS SampleRate
FROM requests
ARRAY JOIN arrayEnumerate(attempt_upstream) AS n
UNION ALL
SELECT
    Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage,
    Events.Timestamp, Events.Name, Events.Attributes,
    Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes, SampleRate
FROM otel_spans;
