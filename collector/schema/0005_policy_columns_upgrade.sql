-- What a decision needs to be made again, by which roles its rule matched, and where the candidate's rule stands.
-- Requests first: the view passes on only what it names, and the intake's rows wait for nobody.
ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS policy_replay LowCardinality(String) CODEC(ZSTD(1)) AFTER policy_request,
    ADD COLUMN IF NOT EXISTS role_path Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER policy_replay,
    ADD COLUMN IF NOT EXISTS shadow_rule_source LowCardinality(String) CODEC(ZSTD(1)) AFTER shadow_rule;
ALTER TABLE requests_intake
    ADD COLUMN IF NOT EXISTS policy_replay String AFTER policy_request,
    ADD COLUMN IF NOT EXISTS role_path Array(String) AFTER policy_replay,
    ADD COLUMN IF NOT EXISTS shadow_rule_source String AFTER shadow_rule;
ALTER TABLE requests_intake_view MODIFY QUERY SELECT * FROM requests_intake;
