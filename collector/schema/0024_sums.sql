-- Requests counted by who called, which rule decided, how they went wrong, which instance served them, the shape of their path and the
-- address they came from: what panels read for windows of more than three hours (src/store/panels/rollup.ts).
-- A batch is counted per 10 minutes (grain_s 600). The coarser sums of an hour, 6 hours, a day and 7 days are made once from
-- the finer ones, a quarter of an hour after their end (src/store/closings.ts), for each grain costs an INSERT about a microsecond a row. What comes
-- more than 10 minutes after the end is late: it is counted in these at once, and late_s is the coarsest it was counted in, so
-- that it counts in none twice. A row of 10 minutes is there in any case; `sum_closings` says until when the coarser are whole.
-- Hashes and digests hardly shrink, and ZSTD takes longer to say so than LZ4. Fewer and narrower is better: each costs an INSERT some 10 ms for its part, whatever the batch, and half a microsecond a row.

-- They took the place of these, whose sums by 6 hours came with each batch.
DROP TABLE IF EXISTS callers_view;
DROP TABLE IF EXISTS rules_view;
DROP TABLE IF EXISTS troubles_view;
DROP TABLE IF EXISTS workers_view;
DROP TABLE IF EXISTS paths_view;
DROP TABLE IF EXISTS addresses_view;
DROP TABLE IF EXISTS callers;
DROP TABLE IF EXISTS rules;
DROP TABLE IF EXISTS troubles;
DROP TABLE IF EXISTS workers;
DROP TABLE IF EXISTS paths;
DROP TABLE IF EXISTS addresses;

CREATE TABLE IF NOT EXISTS sum_closings
(
    grain_s UInt32,
    until DateTime('UTC')
)
ENGINE = ReplacingMergeTree(until)
ORDER BY grain_s;

CREATE TABLE IF NOT EXISTS caller_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
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
    -- As those of `rollups` (0002_rollups): a list of callers reads thousands of rows to tell of a hundred, and these by the column.
    buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
    routes AggregateFunction(uniq, String) CODEC(LZ4),
    clients AggregateFunction(uniq, String) CODEC(LZ4),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    first_trace AggregateFunction(argMin, String, DateTime64(9)) CODEC(ZSTD(1)),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, time, principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS rule_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
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
    -- Many sets of many callers: told to a hundredth above some thousands, and merged in half the time of exact ones.
    callers AggregateFunction(uniqCombined(13), String) CODEC(LZ4),
    instances AggregateFunction(uniq, String) CODEC(LZ4),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    last_trace AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    shadow_revision AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1)),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, time, kind, service, route, decision, rule, rule_source, policy_revision, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

-- Subjects: error (a request that failed), denial, login (one that proved no identity), shadow (the candidate policy
-- would decide otherwise) and attempt (one that failed; status and error_code are its own). What a subject doesn't count by is empty.
CREATE TABLE IF NOT EXISTS trouble_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
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
    callers AggregateFunction(uniq, String) CODEC(LZ4),
    clients AggregateFunction(uniq, String) CODEC(LZ4),
    paths AggregateFunction(uniq, String) CODEC(LZ4),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    last_path AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    last_trace AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    -- Of who was denied what by which rule: the busiest of many are found by it, and shown by the names.
    denial_hash UInt64 MATERIALIZED cityHash64(principal, principal_kind, method, route, rule, rule_source) CODEC(NONE),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, subject, time, kind, service, route, method, status, upstream, error_code, error_source, principal,
    principal_kind, client_address, auth_method, auth_outcome, rule, rule_source, change, shadow_rule, shadow_rule_source,
    shadow_revision, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

-- stage_*: identify, authorize, balance, queue, connect, first byte and all else, in this order.
CREATE TABLE IF NOT EXISTS worker_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1)),
    worker UInt16 CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    config_revision AggregateFunction(argMax, String, DateTime64(9)) CODEC(ZSTD(1)),
    policy_revision AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1)),
    stage_ns AggregateFunction(sumForEach, Array(UInt64)) CODEC(ZSTD(1)),
    stage_longest_ns AggregateFunction(maxForEach, Array(UInt64)) CODEC(ZSTD(1)),
    stage_durations AggregateFunction(quantileTDigestForEach(0.95), Array(UInt64)) CODEC(LZ4),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, time, instance, worker, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS caller_sums_view TO caller_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
        principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version,
        count() AS requests,
        countIf(status >= 500) AS errors,
        countIf(decision = 'deny') AS denied,
        countIf(auth_outcome NOT IN ('', 'ok', 'none')) AS failed,
        sum(row.request_bytes) AS request_bytes,
        sum(row.response_bytes) AS response_bytes,
        sumMap(map(toUInt16(floor(log2(greatest(duration_ns, 1)) * 8)), toUInt64(1))) AS buckets,
        uniqState(toString(route)) AS routes,
        uniqState(client_address) AS clients,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        argMinState(trace_id, started_at) AS first_trace
    FROM requests AS row
    WHERE kind NOT IN ('decision', 'audit')
    GROUP BY time, principal, principal_kind, issuer, auth_method, scheme, tls_version, http_version
) AS fine
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS rule_sums_view TO rule_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
        if(row.kind = 'decision', 'decision', 'request') AS kind,
        service, route, decision, rule, rule_source, policy_revision,
        count() AS requests,
        sum(length(attempt_upstream)) AS attempts,
        countIf(length(attempt_upstream) > 1) AS retried,
        countIf(length(attempt_upstream) > 1 AND status < 500) AS saved,
        uniqCombinedState(13)(principal) AS callers,
        uniqState(toString(instance)) AS instances,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        argMaxState(trace_id, started_at) AS last_trace,
        argMaxIfState(toString(row.shadow_revision), started_at, row.shadow_revision != '') AS shadow_revision
    FROM requests AS row
    WHERE row.kind != 'audit'
    GROUP BY time, kind, service, route, decision, rule, rule_source, policy_revision
) AS fine
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS trouble_sums_view TO trouble_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
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
        uniqState(row.principal) AS callers,
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
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS worker_sums_view TO worker_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
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
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;


-- Numbers and ids of a path are asterisks in its shape. Paths and addresses beside each other cost an INSERT less than as GROUPING SETS
-- of one view.
CREATE TABLE IF NOT EXISTS path_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    route LowCardinality(String) CODEC(ZSTD(1)),
    shape String CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    failed SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    callers AggregateFunction(uniq, String) CODEC(LZ4),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    first_path AggregateFunction(argMin, String, DateTime64(9)) CODEC(ZSTD(1)),
    first_trace AggregateFunction(argMin, String, DateTime64(9)) CODEC(ZSTD(1)),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, time, service, route, shape, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

-- refused: answered with 4xx.
CREATE TABLE IF NOT EXISTS address_sums
(
    grain_s UInt32 CODEC(ZSTD(1)),
    time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    client_address String CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    refused SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    callers AggregateFunction(uniqIf, String, UInt8) CODEC(LZ4),
    first_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    refused_paths AggregateFunction(uniqIf, String, UInt8) CODEC(LZ4),
    refused_path AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1)),
    refused_trace AggregateFunction(argMaxIf, String, DateTime64(9), UInt8) CODEC(ZSTD(1)),
    late_s UInt32 CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY if(grain_s < 86400, toYYYYMMDD(time), toYYYYMM(time))
ORDER BY (grain_s, time, client_address, late_s)
TTL time + toIntervalDay({{rollup_1m_days}}) WHERE grain_s < 21600,
    time + toIntervalDay({{rollup_1h_days}}) WHERE grain_s >= 21600
SETTINGS merge_selector_base = 10, non_replicated_deduplication_window = 10000;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS path_sums_view TO path_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
        service, route,
        arrayStringConcat(arrayMap(part -> if(match(part, '^[0-9]+$|^[0-9a-fA-F-]{8,}$|[0-9]{4,}'), '*', part), splitByChar('/', path)), '/') AS shape,
        count() AS requests,
        countIf(status >= 400) AS failed,
        uniqState(principal) AS callers,
        min(started_at) AS first_at,
        argMinState(path, started_at) AS first_path,
        argMinState(trace_id, started_at) AS first_trace
    FROM requests
    WHERE kind NOT IN ('decision', 'audit')
    GROUP BY time, service, route, shape
) AS fine
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;

-- with older rows
CREATE MATERIALIZED VIEW IF NOT EXISTS address_sums_view TO address_sums AS
SELECT
    grain_s,
    toDateTime(intDiv(toUInt32(fine.time), grain_s) * grain_s, 'UTC') AS time,
    * EXCEPT (time, late),
    late[-1] AS late_s
FROM
(
    SELECT
        toStartOfTenMinutes(toDateTime(started_at, 'UTC')) AS time,
        arrayFilter(grain -> (intDiv(toUInt32(time), grain) + 1) * grain + 600 <= toUnixTimestamp(now()), [toUInt32(3600), 21600, 86400, 604800]) AS late,
        client_address,
        count() AS requests,
        countIf(status >= 400 AND status < 500) AS refused,
        uniqIfState(principal, principal != '') AS callers,
        min(started_at) AS first_at,
        max(started_at) AS last_at,
        uniqIfState(path, status >= 400 AND status < 500) AS refused_paths,
        argMaxIfState(path, started_at, status >= 400 AND status < 500) AS refused_path,
        argMaxIfState(trace_id, started_at, status >= 400 AND status < 500) AS refused_trace
    FROM requests
    WHERE kind NOT IN ('decision', 'audit')
    GROUP BY time, client_address
) AS fine
ARRAY JOIN arrayConcat([toUInt32(600)], late) AS grain_s;
