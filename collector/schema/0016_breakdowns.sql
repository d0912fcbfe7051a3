-- Requests counted by who called, which rule decided, how they went wrong and which instance served them, per 10 minutes
-- and 6 hours: what panels read for windows of more than some hours (src/store/panels/rollup.ts). Fewer and narrower is
-- better: each costs an INSERT some 10 ms for its part, whatever the batch, and about half a microsecond a row.
CREATE TABLE IF NOT EXISTS callers
(
    grain_s UInt16 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    principal String CODEC(ZSTD(1)),
    principal_kind LowCardinality(String) CODEC(ZSTD(1)),
    issuer LowCardinality(String) CODEC(ZSTD(1)),
    auth_method LowCardinality(String) CODEC(ZSTD(1)),
    scheme LowCardinality(String) CODEC(ZSTD(1)),
    tls_version LowCardinality(String) CODEC(ZSTD(1)),
    http_version LowCardinality(String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    denied SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    -- Those whose caller failed to prove who they are.
    failed SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    durations AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1)),
    routes AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    clients AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    first_trace AggregateFunction(argMin, String, DateTime64(9)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (grain_s, time, principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 21600
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS rules
(
    grain_s UInt16 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    decision LowCardinality(String) CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    rule_source LowCardinality(String) CODEC(ZSTD(1)),
    policy_revision LowCardinality(String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    retried SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    -- Those of them that ended well.
    saved SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    callers AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    instances AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    last_trace AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    shadow_revision AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (grain_s, time, kind, service, route, decision, rule, rule_source, policy_revision)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 21600
SETTINGS non_replicated_deduplication_window = 10000;

-- Subjects: error (a request that failed), denial, login (one that proved no identity), shadow (the candidate policy
-- would decide otherwise) and attempt (one that failed; status and error_code are its own). What a subject doesn't count by is empty.
CREATE TABLE IF NOT EXISTS troubles
(
    grain_s UInt16 CODEC(ZSTD(1)),
    subject LowCardinality(String) CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    method LowCardinality(String) CODEC(ZSTD(1)),
    status UInt16 CODEC(ZSTD(1)),
    upstream LowCardinality(String) CODEC(ZSTD(1)),
    error_code LowCardinality(String) CODEC(ZSTD(1)),
    error_source LowCardinality(String) CODEC(ZSTD(1)),
    principal String CODEC(ZSTD(1)),
    principal_kind LowCardinality(String) CODEC(ZSTD(1)),
    client_address String CODEC(ZSTD(1)),
    auth_method LowCardinality(String) CODEC(ZSTD(1)),
    auth_outcome LowCardinality(String) CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    rule_source LowCardinality(String) CODEC(ZSTD(1)),
    change LowCardinality(String) CODEC(ZSTD(1)),
    shadow_rule LowCardinality(String) CODEC(ZSTD(1)),
    shadow_rule_source LowCardinality(String) CODEC(ZSTD(1)),
    shadow_revision LowCardinality(String) CODEC(ZSTD(1)),
    calls SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    -- Those of whose failure the client saw nothing.
    hidden SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    clients AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    paths AggregateFunction(uniq, String) CODEC(ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    last_path AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    last_trace AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (grain_s, subject, time, kind, service, route, method, status, upstream, error_code, error_source, principal,
    principal_kind, client_address, auth_method, auth_outcome, rule, rule_source, change, shadow_rule, shadow_rule_source,
    shadow_revision)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 21600
SETTINGS non_replicated_deduplication_window = 10000;

-- stage_*: identify, authorize, balance, queue, connect, first byte and all else, in this order.
CREATE TABLE IF NOT EXISTS workers
(
    grain_s UInt16 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1)),
    worker UInt16 CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    config_revision AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    policy_revision AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1)),
    stage_ns AggregateFunction(sumForEach, Array(UInt64)) CODEC(ZSTD(1)),
    stage_longest_ns AggregateFunction(maxForEach, Array(UInt64)) CODEC(ZSTD(1)),
    stage_durations AggregateFunction(quantileTDigestForEach(0.95), Array(UInt64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (grain_s, time, instance, worker)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s = 600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s = 21600
SETTINGS non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS callers_view TO callers AS
SELECT grain_s, toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time, * EXCEPT (time)
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version,
        count() AS requests,
        countIf(status >= 500) AS errors,
        countIf(decision = 'deny') AS denied,
        countIf(auth_outcome NOT IN ('', 'ok', 'none')) AS failed,
        sum(row.request_bytes) AS request_bytes,
        sum(row.response_bytes) AS response_bytes,
        quantilesTDigestState(0.5, 0.95, 0.99)(duration_ns) AS durations,
        uniqState(toString(route)) AS routes,
        uniqState(client_address) AS clients,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        argMinState(trace_id, started_at) AS first_trace
    FROM requests AS row
    WHERE kind NOT IN ('decision', 'audit')
    GROUP BY time, principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version
) AS fine
ARRAY JOIN [toUInt16(600), 21600] AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS rules_view TO rules AS
SELECT grain_s, toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time, * EXCEPT (time)
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        if(row.kind = 'decision', 'decision', 'request') AS kind,
        service, route, decision, rule, rule_source, policy_revision,
        count() AS requests,
        sum(length(attempt_upstream)) AS attempts,
        countIf(length(attempt_upstream) > 1) AS retried,
        countIf(length(attempt_upstream) > 1 AND status < 500) AS saved,
        uniqState(principal) AS callers,
        uniqState(toString(instance)) AS instances,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        argMaxState(trace_id, started_at) AS last_trace,
        argMaxIfState(toString(row.shadow_revision), started_at, row.shadow_revision != '') AS shadow_revision
    FROM requests AS row
    WHERE row.kind != 'audit'
    GROUP BY time, kind, service, route, decision, rule, rule_source, policy_revision
) AS fine
ARRAY JOIN [toUInt16(600), 21600] AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS troubles_view TO troubles AS
SELECT grain_s, toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time, * EXCEPT (time)
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        entry.1 AS subject,
        multiIf(row.kind IN ('decision', 'audit'), toString(row.kind), 'request') AS kind,
        row.service AS service,
        row.route AS route,
        if(subject IN ('denial', 'shadow'), row.method, '') AS method,
        entry.2 AS status,
        entry.3 AS upstream,
        entry.4 AS error_code,
        if(subject = 'error', row.error_source, '') AS error_source,
        if(subject IN ('denial', 'shadow'), row.principal, '') AS principal,
        if(subject IN ('denial', 'shadow'), row.principal_kind, '') AS principal_kind,
        if(subject = 'login', row.client_address, '') AS client_address,
        if(subject = 'login', row.auth_method, '') AS auth_method,
        if(subject = 'login', row.auth_outcome, '') AS auth_outcome,
        if(subject IN ('denial', 'shadow'), row.rule, '') AS rule,
        if(subject IN ('denial', 'shadow'), row.rule_source, '') AS rule_source,
        if(subject = 'shadow', shadowed, '') AS change,
        if(subject = 'shadow', row.shadow_rule, '') AS shadow_rule,
        if(subject = 'shadow', row.shadow_rule_source, '') AS shadow_rule_source,
        if(subject = 'shadow', row.shadow_revision, '') AS shadow_revision,
        count() AS calls,
        countIf(row.status < 500) AS hidden,
        uniqState(row.client_address) AS clients,
        uniqState(row.path) AS paths,
        min(row.started_at) AS first_at,
        max(row.started_at) AS last_at,
        argMaxState(row.path, row.started_at) AS last_path,
        argMaxState(row.trace_id, row.started_at) AS last_trace
    FROM
    (
        SELECT
            kind, service, route, method, status, upstream, error_code, error_source, principal, principal_kind, client_address,
            auth_method, auth_outcome, rule, rule_source, shadow_rule, shadow_rule_source, shadow_revision, decision, path,
            started_at, trace_id,
            multiIf(shadow_decision = 'error', 'error', shadow_decision = 'allow' AND decision != 'allow', 'gain',
                shadow_decision = 'deny' AND decision = 'allow', 'loss', '') AS shadowed,
            arrayFilter(entry -> entry.1 != '', arrayConcat(
                [
                    (if(kind NOT IN ('decision', 'audit') AND (status >= 500 OR (error_code != '' AND decision != 'deny')), 'error', ''),
                        status, toString(upstream), toString(error_code)),
                    (if(decision = 'deny', 'denial', ''), 0, '', ''),
                    (if(kind NOT IN ('decision', 'audit') AND auth_outcome NOT IN ('', 'ok', 'none'), 'login', ''), 0, '', ''),
                    (if(shadowed != '' AND kind != 'audit', 'shadow', ''), 0, '', '')
                ],
                arrayMap((endpoint, code, fault) -> (if(code >= 500 OR fault != '', 'attempt', ''), code, toString(endpoint), toString(fault)),
                    attempt_upstream, attempt_status, attempt_error))) AS entries
        FROM requests
        -- Most rows are none of these, and all else is asked of the rest only.
        WHERE status >= 500 OR error_code != '' OR decision = 'deny' OR auth_outcome NOT IN ('', 'ok', 'none')
            OR (shadow_decision != '' AND shadow_decision != decision)
            OR length(attempt_upstream) > 1 OR arrayExists(fault -> fault != '', attempt_error)
    ) AS row
    ARRAY JOIN entries AS entry
    GROUP BY time, subject, kind, service, route, method, status, upstream, error_code, error_source, principal, principal_kind, client_address, auth_method, auth_outcome, rule, rule_source, change, shadow_rule, shadow_rule_source, shadow_revision
) AS fine
ARRAY JOIN [toUInt16(600), 21600] AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS workers_view TO workers AS
SELECT grain_s, toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time, * EXCEPT (time)
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        instance,
        row.worker AS worker,
        count() AS requests,
        max(started_at) AS last_at,
        argMaxState(toString(row.config_revision), started_at) AS config_revision,
        argMaxIfState(toString(row.policy_revision), started_at, row.policy_revision != '') AS policy_revision,
        sumForEachState(stages) AS stage_ns,
        maxForEachState(stages) AS stage_longest_ns,
        quantileTDigestForEachState(0.95)(stages) AS stage_durations
    FROM
    (
        SELECT
            *,
            [
                identify_ns, authorize_ns, balance_ns, queue_ns, connect_ns, upstream_first_byte_ns,
                toUInt64(greatest(0, toInt64(duration_ns) - toInt64(
                    identify_ns + authorize_ns + balance_ns + queue_ns + connect_ns + upstream_first_byte_ns)))
            ] AS stages
        FROM requests
        WHERE kind NOT IN ('decision', 'audit')
    ) AS row
    GROUP BY time, instance, worker
) AS fine
ARRAY JOIN [toUInt16(600), 21600] AS grain_s;

