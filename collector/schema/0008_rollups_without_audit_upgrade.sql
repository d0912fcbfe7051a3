-- The views of 0002_rollups as they are by now: changes of weir itself (kind audit) are no traffic either.
CREATE OR REPLACE VIEW requests_10s AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 10 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));
CREATE OR REPLACE VIEW requests_1m AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 60 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));
CREATE OR REPLACE VIEW requests_1h AS
SELECT
    time, service, route, status_class, decision, calls AS requests, failures AS errors, denied,
    request_bytes, response_bytes, duration_ns, buckets
FROM rollups WHERE grain_s = 3600 AND subject = 'request' AND NOT (service = '' AND route IN ('authzen', 'audit'));
