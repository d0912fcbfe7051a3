-- As in 0001_requests: a row says what other columns of it say already by their names alone. Rows that are there stay as they are.
-- once requests.policy_request_kept
ALTER TABLE requests
    RENAME COLUMN policy_request TO policy_request_kept,
    RENAME COLUMN role_path TO role_path_kept,
    RENAME COLUMN attempt_span_id TO attempt_span_id_kept;
ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS policy_request Array(String) ALIAS arrayMap(text -> multiIf(NOT startsWith(text, '\x01'), text, text = '\x01path', path, text = '\x01principal', principal,
            text = '\x01method', toString(method), text = '\x01host', host, text = '\x01route', toString(route),
            text = '\x01service', toString(service), substring(text, 2)), policy_request_kept) AFTER policy_request_kept,
    ADD COLUMN IF NOT EXISTS role_path Array(LowCardinality(String)) ALIAS arrayMap(text -> multiIf(NOT startsWith(text, '\x01'), text, text = '\x01path', path, text = '\x01principal', principal,
            text = '\x01method', toString(method), text = '\x01host', host, text = '\x01route', toString(route),
            text = '\x01service', toString(service), substring(text, 2)), CAST(role_path_kept, 'Array(String)')) AFTER role_path_kept,
    ADD COLUMN IF NOT EXISTS attempt_span_id Array(String) ALIAS if(empty(attempt_span_id_kept),
            arrayMap(n -> concat(lower(hex(bitXor(reinterpretAsUInt8(unhex(substring(span_id, 1, 2))), toUInt8(n)))), substring(span_id, 3)),
                arrayEnumerate(attempt_upstream)), attempt_span_id_kept) AFTER attempt_span_id_kept;
ALTER TABLE requests_intake_view MODIFY QUERY SELECT * EXCEPT (attempt_span_id, policy_request, role_path),
    attempt_span_id AS attempt_span_id_kept, policy_request AS policy_request_kept, role_path AS role_path_kept
FROM requests_intake;
ALTER TABLE requests
    MODIFY COLUMN host String CODEC(ZSTD(3)),
    MODIFY COLUMN headers Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    MODIFY COLUMN roles Array(LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN policy_request_kept Array(String) CODEC(ZSTD(3)),
    MODIFY COLUMN role_path_kept Array(LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN candidates Array(LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN candidate_scores Array(Float32) CODEC(ZSTD(3)),
    MODIFY COLUMN candidate_inflight Array(UInt16) CODEC(T64, ZSTD(3)),
    MODIFY COLUMN attempt_upstream Array(LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN attempt_span_id_kept Array(String) CODEC(ZSTD(3)),
    MODIFY COLUMN attempt_started_ns Array(UInt64) CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN attempt_duration_ns Array(UInt64) CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN attempt_status Array(UInt16) CODEC(T64, ZSTD(3)),
    MODIFY COLUMN attempt_error Array(LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    MODIFY COLUMN duration_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN identify_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN authorize_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN balance_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN queue_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN connect_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN upstream_first_byte_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN upstream_ns UInt64 CODEC(T64('bit'), ZSTD(1)),
    MODIFY COLUMN user_agent LowCardinality(String) CODEC(ZSTD(1)),
    MODIFY COLUMN client_address LowCardinality(String) CODEC(ZSTD(1)),
    MODIFY COLUMN principal LowCardinality(String) CODEC(ZSTD(1));
