-- Whose credential was tried, also where it failed. Requests first, as in 0005_policy_columns_upgrade.
ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS auth_method LowCardinality(String) CODEC(ZSTD(1)) AFTER roles;
ALTER TABLE requests_intake
    ADD COLUMN IF NOT EXISTS auth_method String AFTER roles;
ALTER TABLE requests_intake_view MODIFY QUERY SELECT * FROM requests_intake;
