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
-- parameter service: String, only this service
-- parameter route: String, only this route
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
    if(picked = 0, NULL, maxIf(started_at, attempt_upstream[1] = candidate.1)) AS last_at
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
