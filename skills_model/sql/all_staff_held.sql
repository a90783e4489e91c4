-- Duty: how many of the staff meet each rank that the frameworks for all staff ask of them, by organisation, role level and skill, with its
--       range, from single people's assessments, from aggregate returns, or from both.
-- Rule: a rank of 2.5 meets rank 2 whole and rank 3 by half.
--       People: those on the latest staff list, with the ranges of the rank rule. They come first: as many people as are assessed one by
--       one are taken off a return, and the others of the return keep its spread over the ranks; a return of no more people than those
--       adds nothing. Nobody counts twice.
--       Returns: the margins of their kind, wider by $margin_return on both sides, and by $margin_stale where the return is older than
--       $stale_months at the organisation's own latest staff list, or where it has none at its newest return or published count. For
--       $return_count_error of their people the count itself may be wrong: they hold nothing (low), everything (high), or what the return
--       says (middle).
--       Headcount: the largest of the staff list, the return and, for the base of a staff group, the latest published count less those
--       counted in its other role levels.
--       Not assessed, not returned: unknown, so none of it is held (low), all of it (high), or (middle) as much as by those known in the
--       same organisation, role level and skill; where there are none, in its staff group and skill; where there are none,
--       $unassessed_share.
-- Uses: all_staff_need, all_staff_person, all_staff_return, latest_staff_count
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $kinds: kinds of assessment, the best first;
--             $margin_low, $margin_high: ranks, in the order of $kinds; $margin_stale, $margin_return: ranks; $stale_months: months;
--             $return_count_error, $unassessed_share: shares, 0 to 1.
-- Columns: organisation, tier, staff_group, role_level, skill, required_rank, headcount (people), counted (what the headcount is from:
--          staff list, return, published count), known_people (assessed one by one), known_returned (people from a return), evidence
--          (people of both, or where there are none those whose ranks stand in for theirs), met_known (those of both who meet it),
--          met_low, met, met_high (people), ranks_low, ranks, ranks_high (people times ranks held, up to the required one).
WITH today AS (
    SELECT organisation, coalesce(max(as_at) FILTER (listed), max(as_at)) AS as_at
    FROM (
        SELECT organisation, as_at, true AS listed FROM snapshot
        UNION ALL
        SELECT organisation, as_at, false AS listed FROM aggregate_return
        UNION ALL
        SELECT organisation, as_at, false AS listed FROM latest_staff_count
    )
    GROUP BY organisation
),
by_person AS (
    SELECT organisation, role_level, skill, rank_low, rank::DOUBLE AS rank, rank_high, count(*)::DOUBLE AS people
    FROM all_staff_person
    JOIN current_level USING (organisation, person)
    SEMI JOIN all_staff_need USING (role_level, skill)
    GROUP BY ALL
),
returned AS (
    SELECT organisation, role_level, skill, sum(headcount) AS people, sum(headcount) FILTER (rank >= 0) AS assessed
    FROM all_staff_return
    GROUP BY ALL
),
-- What a return tells of people who are not known one by one.
others AS (
    SELECT organisation, role_level, skill, greatest(0, assessed - coalesce(people, 0)) / nullif(assessed, 0) AS share
    FROM (SELECT organisation, role_level, skill, assessed FROM returned)
    LEFT JOIN (SELECT organisation, role_level, skill, sum(people) AS people FROM by_person GROUP BY ALL)
        USING (organisation, role_level, skill)
),
by_return AS (
    SELECT
        organisation, role_level, skill,
        CASE WHEN all_staff_return.as_at < today.as_at - to_months($stale_months::INTEGER) THEN $margin_stale::DOUBLE ELSE 0 END
            + $margin_return::DOUBLE AS wider,
        rank - ($margin_low::DOUBLE[])[place] - wider AS rank_low,
        rank::DOUBLE AS rank,
        rank + ($margin_high::DOUBLE[])[place] + wider AS rank_high,
        headcount * share AS people
    FROM all_staff_return
    JOIN others USING (organisation, role_level, skill)
    JOIN today USING (organisation)
    WHERE rank >= 0 AND headcount * share > 0
),
judged AS (
    SELECT organisation, role_level, skill, rank_low, rank, rank_high, people, 0 AS returned, 0 AS error FROM by_person
    UNION ALL
    SELECT organisation, role_level, skill, rank_low, rank, rank_high, people, people AS returned, $return_count_error::DOUBLE AS error
    FROM by_return
),
sums AS (
    SELECT
        organisation, staff_group, role_level, skill,
        sum(people) AS people,
        sum(returned) AS returned,
        sum(people * (1 - error) * greatest(0, least(1, rank_low - required_rank + 1))) AS met_low,
        sum(people * greatest(0, least(1, rank - required_rank + 1))) AS met,
        sum(people * (error + (1 - error) * greatest(0, least(1, rank_high - required_rank + 1)))) AS met_high,
        sum(people * (1 - error) * greatest(0, least(required_rank, rank_low))) AS ranks_low,
        sum(people * least(required_rank, rank)) AS ranks,
        sum(people * (error * required_rank + (1 - error) * least(required_rank, rank_high))) AS ranks_high,
        sum(people * required_rank) AS ranks_needed
    FROM judged
    JOIN all_staff_need USING (role_level, skill)
    GROUP BY ALL
),
nearest AS (
    SELECT organisation, staff_group, skill, sum(met) / nullif(sum(people), 0) AS met, sum(ranks) / nullif(sum(ranks_needed), 0) AS ranks,
        sum(people) AS people
    FROM sums
    GROUP BY ALL
),
listed AS (
    SELECT organisation, role_level, count(*) AS people FROM all_staff_person GROUP BY ALL
),
told AS (
    SELECT organisation, role_level, max(people) AS people FROM returned GROUP BY ALL
),
published AS (
    SELECT organisation, staff_group, headcount AS people FROM latest_staff_count WHERE headcount IS NOT NULL
),
levels AS (
    SELECT DISTINCT tier, staff_group, role_level, base FROM all_staff_need
),
seen AS (
    SELECT organisation, role_level, coalesce(listed.people, 0) AS on_list, coalesce(told.people, 0) AS in_return
    FROM listed
    FULL JOIN told USING (organisation, role_level)
    UNION
    SELECT organisation, role_level, 0, 0
    FROM published
    JOIN levels USING (staff_group)
    ANTI JOIN (SELECT organisation, role_level FROM listed UNION SELECT organisation, role_level FROM told) USING (organisation, role_level)
    WHERE base
),
groups AS (
    SELECT
        organisation, role_level,
        greatest(on_list, in_return) AS found,
        CASE WHEN base THEN
            published.people - coalesce(sum(found) FILTER (NOT base) OVER (PARTITION BY organisation, staff_group), 0)
        END AS left_over,
        greatest(found, coalesce(left_over, 0)) AS headcount,
        CASE WHEN left_over >= found THEN 'published count' WHEN in_return > on_list THEN 'return' ELSE 'staff list' END AS counted
    FROM seen
    JOIN levels USING (role_level)
    LEFT JOIN published USING (organisation, staff_group)
),
found AS (
    SELECT
        groups.organisation, tier, need.staff_group, groups.role_level, need.skill, required_rank, groups.headcount, counted,
        coalesce(sums.people, 0) AS known, coalesce(returned, 0) AS known_returned,
        groups.headcount - known AS unknown,
        coalesce(met_low, 0) AS met_low, coalesce(sums.met, 0) AS met, coalesce(met_high, 0) AS met_high,
        coalesce(ranks_low, 0) AS ranks_low, coalesce(sums.ranks, 0) AS ranks, coalesce(ranks_high, 0) AS ranks_high,
        coalesce(sums.people, nearest.people, 0) AS evidence,
        coalesce(sums.met / nullif(sums.people, 0), nearest.met, $unassessed_share::DOUBLE) AS share,
        coalesce(sums.ranks / nullif(ranks_needed, 0), nearest.ranks, $unassessed_share::DOUBLE) AS ranks_share
    FROM groups
    JOIN all_staff_need AS need USING (role_level)
    LEFT JOIN sums ON sums.organisation = groups.organisation AND sums.role_level = groups.role_level AND sums.skill = need.skill
    LEFT JOIN nearest
        ON nearest.organisation = groups.organisation AND nearest.staff_group = need.staff_group AND nearest.skill = need.skill
    WHERE groups.headcount > 0
)
-- Sums of many parts differ in their last digit from run to run; rounding makes a result the same every time.
SELECT
    organisation, tier, staff_group, role_level, skill, required_rank, headcount, counted,
    round(known - known_returned, 9) AS known_people,
    round(known_returned, 9) AS known_returned,
    round(evidence, 9) AS evidence,
    round(met, 9) AS met_known,
    round(met_low, 9) AS met_low,
    round(met + unknown * share, 9) AS met,
    round(met_high + unknown, 9) AS met_high,
    round(ranks_low, 9) AS ranks_low,
    round(ranks + unknown * required_rank * ranks_share, 9) AS ranks,
    round(ranks_high + unknown * required_rank, 9) AS ranks_high
FROM found
ORDER BY organisation, role_level, skill
