-- title: Where the time goes
-- question: Which stage of a request takes the time?
-- visual: table
-- door: none
-- column stage: text
-- column total_ns: ns
-- column share: share
-- column mean_ns: ns
-- column p95_ns: ns
-- column longest_ns: ns
-- parameter service: String, only this service
-- parameter route: String, only this route
WITH
    arrayJoin([
        ('identify', 1, identify_ns), ('authorize', 2, authorize_ns), ('balance', 3, balance_ns),
        ('queue', 4, queue_ns), ('connect', 5, connect_ns), ('wait for the first byte', 6, upstream_first_byte_ns),
        ('all else: bodies, and attempts before the last', 7, toUInt64(greatest(0, toInt64(duration_ns) - toInt64(
            identify_ns + authorize_ns + balance_ns + queue_ns + connect_ns + upstream_first_byte_ns))))
    ]) AS part
SELECT
    part.1 AS stage,
    sum(part.3) AS total_ns,
    total_ns / sum(total_ns) OVER () AS share,
    avg(part.3) AS mean_ns,
    quantileTDigest(0.95)(part.3) AS p95_ns,
    max(part.3) AS longest_ns
FROM requests AS row
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    -- What AuthZEN asked and changes of weir itself did not pass through weir.
    AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String})
    AND ({route:String} = '' OR route = {route:String})
GROUP BY stage, part.2
ORDER BY part.2
-- from sums, but for service, route
WITH
    ['identify', 'authorize', 'balance', 'queue', 'connect', 'wait for the first byte',
        'all else: bodies, and attempts before the last'] AS stages
SELECT
    stages[number] AS stage,
    total[number] AS total_ns,
    total_ns / arraySum(total) AS share,
    total_ns / requests AS mean_ns,
    spread[number] AS p95_ns,
    longest[number] AS longest_ns
FROM
(
    SELECT
        sum(bucket.requests) AS requests,
        sumForEachMerge(bucket.stage_ns) AS total,
        maxForEachMerge(bucket.stage_longest_ns) AS longest,
        quantileTDigestForEachMerge(0.95)(bucket.stage_durations) AS spread
    FROM worker_sums AS bucket
    WHERE {{in_window}}
)
ARRAY JOIN arrayEnumerate(total) AS number
ORDER BY number
