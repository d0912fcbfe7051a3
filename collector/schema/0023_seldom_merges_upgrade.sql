-- As table requests: sums are merged seldom, since each merge costs as much as the rows that it began with. What panels of
-- an hour read most, `rollups` and `coarse_rollups`, is merged as often as ever.
ALTER TABLE callers MODIFY SETTING merge_selector_base = 10;
ALTER TABLE rules MODIFY SETTING merge_selector_base = 10;
ALTER TABLE troubles MODIFY SETTING merge_selector_base = 10;
ALTER TABLE workers MODIFY SETTING merge_selector_base = 10;
ALTER TABLE paths MODIFY SETTING merge_selector_base = 10;
ALTER TABLE addresses MODIFY SETTING merge_selector_base = 10;
ALTER TABLE notable_requests MODIFY SETTING merge_selector_base = 10;
ALTER TABLE trace_places MODIFY SETTING merge_selector_base = 10;
