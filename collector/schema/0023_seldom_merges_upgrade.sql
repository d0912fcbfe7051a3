-- As table requests: sums are merged seldom, since each merge costs as much as the rows that it began with. What panels of
-- an hour read most, `rollups` and `coarse_rollups`, is merged as often as ever.
ALTER TABLE notable_requests MODIFY SETTING merge_selector_base = 10;
ALTER TABLE trace_places MODIFY SETTING merge_selector_base = 10;
