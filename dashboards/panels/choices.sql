-- title: Choices
-- question: How often is each endpoint weighed and picked, with which score? One that is often left out was ejected or new.
-- visual: table
-- door: none
-- column service: text
-- column endpoint: text
-- column weighed: requests
-- column left_out: requests
-- column picked: requests
-- column picked_share: share
-- column mean_score: score
-- column mean_inflight: score
-- column last_at: time
-- column counted: share
-- parameter service: String, only this service
-- parameter route: String, only this route
-- parameter rows: UInt32 = 100000, so many rows are enough to tell shares and scores of more than three hours: counted is their part
-- parameter limit: UInt32 = 200, most rows
SELECT
    service,
    candidate.1 AS endpoint,
    count() AS weighed,
    any(totals.balanced) - weighed AS left_out,
    countIf(attempt_upstream[1] = candidate.1) AS picked,
    picked / any(totals.balanced) AS picked_share,
    avg(candidate.2) AS mean_score,
    avg(candidate.3) AS mean_inflight,
    if(picked = 0, NULL, maxIf(started_at, attempt_upstream[1] = candidate.1)) AS last_at,
    1 AS counted
FROM requests AS row
ARRAY JOIN arrayZip(candidates, candidate_scores, candidate_inflight) AS candidate
INNER JOIN
(
    SELECT service AS name, count() AS balanced FROM requests
    WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
        AND notEmpty(candidates)
        AND ({route:String} = '' OR route = {route:String})
    GROUP BY service
) AS totals ON totals.name = row.service
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service, endpoint
ORDER BY service, picked DESC, endpoint
LIMIT {limit:UInt32}
-- from sums
WITH
    (
        SELECT sum(bucket.requests) FROM requests_{{rollup}} AS bucket
        WHERE bucket.time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}})) AND bucket.time < {until:DateTime64(3, 'UTC')}
    ) AS passed,
    arrayMap(
        at -> toStartOfFiveMinutes({since:DateTime64(3, 'UTC')}) + 300 * at,
        range(intDiv(dateDiff('second', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}), 300) + 1)
    ) AS slots,
    -- Five minutes here and there, by chance: what happens at full hours is neither always in nor always out.
    if(
        passed <= {rows:UInt32}, slots,
        arraySlice(arraySort(slot -> cityHash64(slot), slots), 1, toUInt32(ceil(length(slots) * {rows:UInt32} / passed)))
    ) AS chosen,
    (
        SELECT if(length(chosen) = length(slots), 1, count() / passed) FROM requests
        WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
            AND toStartOfFiveMinutes(started_at) IN (SELECT arrayJoin(chosen)) AND kind NOT IN ('decision', 'audit')
    ) AS share
SELECT
    service,
    candidate.1 AS endpoint,
    toUInt64(round(count() / share)) AS weighed,
    toUInt64(round(any(totals.balanced) / share)) - weighed AS left_out,
    toUInt64(round(countIf(attempt_upstream[1] = candidate.1) / share)) AS picked,
    countIf(attempt_upstream[1] = candidate.1) / any(totals.balanced) AS picked_share,
    avg(candidate.2) AS mean_score,
    avg(candidate.3) AS mean_inflight,
    if(picked = 0, NULL, maxIf(started_at, attempt_upstream[1] = candidate.1)) AS last_at,
    share AS counted
FROM requests AS row
ARRAY JOIN arrayZip(candidates, candidate_scores, candidate_inflight) AS candidate
INNER JOIN
(
    SELECT service AS name, count() AS balanced FROM requests
    WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
        AND toStartOfFiveMinutes(started_at) IN (SELECT arrayJoin(chosen)) AND notEmpty(candidates)
        AND ({route:String} = '' OR route = {route:String})
    GROUP BY service
) AS totals ON totals.name = row.service
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND toStartOfFiveMinutes(started_at) IN (SELECT arrayJoin(chosen))
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY service, endpoint
ORDER BY service, picked DESC, endpoint
LIMIT {limit:UInt32}
