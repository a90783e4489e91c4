-- Duty: FTE that hold each rank, counted person by person at every question: what the counts that the store keeps must come to (test_gap.py).
-- Rule: a rank of 2.5 holds ranks 1 and 2 whole and half of rank 3. People who are not assessed hold none of it (low), all of it (high)
--       or (middle) as much as assessed people in the same organisation, role level and skill; where there are none, in the same role
--       family and skill; where there are none, over all skills of the organisation required at that rank; where nobody at all is
--       assessed, $unassessed_share.
-- Uses: latest_assignment, latest_establishment, requirements
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1.
-- Columns: organisation, role_family, role, role_level, skill, required_rank, rank (1 to required_rank), headcount (people),
--          assessed_headcount, staff_fte, assessed_fte, budgeted_fte, posts (the larger of budgeted_fte and staff_fte),
--          held_low, held, held_high (FTE at that rank or above).
WITH staff AS (
    SELECT organisation, role_level, person, sum(fte) AS fte
    FROM latest_assignment
    WHERE role_level IS NOT NULL
    GROUP BY ALL
),
funded AS (
    SELECT organisation, role_level, budgeted_fte
    FROM latest_establishment
),
groups AS (
    SELECT
        organisation,
        role_level,
        coalesce(headcount, 0) AS headcount,
        coalesce(staff_fte, 0) AS staff_fte,
        coalesce(budgeted_fte, 0) AS budgeted_fte,
        greatest(coalesce(budgeted_fte, 0), coalesce(staff_fte, 0)) AS posts
    FROM (SELECT organisation, role_level, count(*) AS headcount, sum(fte) AS staff_fte FROM staff GROUP BY ALL)
    FULL JOIN funded USING (organisation, role_level)
    WHERE posts > 0
),
-- Ranks up to the highest one required of the skill anywhere in the role family, so that one role level can stand in for another.
need AS (
    SELECT
        role_family, role, role_level, skill, required_rank,
        unnest(range(1, 1 + max(required_rank) OVER (PARTITION BY role_family, skill))) AS rank
    FROM requirements
),
-- People of a group whose range is the same count as one: several times fewer rows to share out over ranks.
alike AS (
    SELECT organisation, role_level, skill, rank_low, rank, rank_high, count(*) AS headcount, sum(fte) AS fte
    FROM staff
    JOIN current_level USING (organisation, person)
    SEMI JOIN requirements USING (role_level, skill)
    GROUP BY ALL
),
assessed AS (
    SELECT
        organisation, role_family, role_level, skill, required_rank, need.rank,
        sum(headcount) AS headcount,
        sum(fte) AS fte,
        sum(fte * greatest(0, least(1, rank_low - need.rank + 1))) AS held_low,
        sum(fte * greatest(0, least(1, alike.rank - need.rank + 1))) AS held,
        sum(fte * greatest(0, least(1, rank_high - need.rank + 1))) AS held_high
    FROM alike
    JOIN need USING (role_level, skill)
    GROUP BY ALL
),
family AS (
    SELECT organisation, role_family, skill, rank, sum(held) / nullif(sum(fte), 0) AS share
    FROM assessed
    GROUP BY ALL
),
-- The people who need a rank differ from rank to rank, so the share is kept from rising: nobody holds rank 3 without rank 2.
overall AS (
    SELECT
        organisation, rank,
        min(coalesce(share, $unassessed_share::DOUBLE)) OVER (PARTITION BY organisation ORDER BY rank) AS share
    FROM (SELECT DISTINCT organisation FROM groups) CROSS JOIN (SELECT DISTINCT rank FROM need)
    LEFT JOIN (
        SELECT organisation, rank, sum(held) / nullif(sum(fte), 0) AS share
        FROM assessed
        WHERE rank <= required_rank
        GROUP BY ALL
    ) USING (organisation, rank)
),
found AS (
    SELECT
        groups.organisation, need.role_family, need.role, groups.role_level, need.skill, need.required_rank, need.rank,
        groups.headcount, groups.staff_fte, groups.budgeted_fte, groups.posts,
        coalesce(assessed.headcount, 0)::BIGINT AS assessed_headcount,
        least(coalesce(assessed.fte, 0), groups.staff_fte) AS assessed_fte,
        coalesce(assessed.held_low, 0) AS held_low,
        coalesce(assessed.held, 0) AS held,
        coalesce(assessed.held_high, 0) AS held_high,
        groups.staff_fte - least(coalesce(assessed.fte, 0), groups.staff_fte) AS unassessed_fte,
        coalesce(assessed.held / nullif(assessed.fte, 0), family.share, overall.share) AS share
    FROM groups
    JOIN need ON need.role_level = groups.role_level AND need.rank <= need.required_rank
    LEFT JOIN assessed
        ON assessed.organisation = groups.organisation AND assessed.role_level = groups.role_level
        AND assessed.skill = need.skill AND assessed.rank = need.rank
    LEFT JOIN family
        ON family.organisation = groups.organisation AND family.role_family = need.role_family
        AND family.skill = need.skill AND family.rank = need.rank
    LEFT JOIN overall
        ON overall.organisation = groups.organisation AND overall.rank = need.rank
)
-- Sums of many parts differ in their last digit from run to run; rounding makes a result the same every time.
SELECT
    organisation, role_family, role, role_level, skill, required_rank, rank, headcount, assessed_headcount,
    round(staff_fte, 9) AS staff_fte,
    round(assessed_fte, 9) AS assessed_fte,
    round(budgeted_fte, 9) AS budgeted_fte,
    round(posts, 9) AS posts,
    round(held_low, 9) AS held_low,
    round(held + unassessed_fte * share, 9) AS held,
    round(held_high + unassessed_fte, 9) AS held_high
FROM found
ORDER BY organisation, role_level, skill, rank
