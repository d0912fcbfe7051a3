-- As in 0001_requests. Parts that are there get them as they are merged.
ALTER TABLE requests ADD INDEX IF NOT EXISTS kind_set kind TYPE set(8) GRANULARITY 1;
ALTER TABLE requests ADD INDEX IF NOT EXISTS duration_ns_minmax duration_ns TYPE minmax GRANULARITY 1;
