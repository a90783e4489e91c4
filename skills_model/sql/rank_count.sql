-- Duty: posts of each organisation and role level, and FTE of their staff that hold each rank of each skill they need. The store rebuilds
--       the table rank_count from it, so that a gap is a sum of a few counts.
-- Rule: a rank of 2.5 holds ranks 1 and 2 whole and half of rank 3. People who are not assessed hold none of it (low), all of it (high)
--       or (middle) as much as assessed people in the same organisation, role level and skill; where there are none, in the same role
--       family and skill; where there are none, they are in unknown_fte, for overall_share.sql. One's own view is lowered by $self_bias.
--       Organisations that count by their return: returned_rank.sql.
-- Uses: latest_assignment, latest_establishment, requirements, latest_return, returned_rank
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $self_bias: ranks, NULL for none.
-- Columns: those of the table rank_count.
WITH staff AS (
    SELECT organisation, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    WHERE role_level IS NOT NULL
    GROUP BY ALL
),
groups AS (
    SELECT
        organisation,
        role_level,
        coalesce(headcount, 0) AS headcount,
        coalesce(staff_fte, 0) AS staff_fte,
        coalesce(budgeted_fte, 0) AS budgeted_fte
    FROM (SELECT organisation, role_level, count(*) AS headcount, sum(fte) AS staff_fte FROM staff GROUP BY ALL)
    FULL JOIN (SELECT * FROM latest_establishment ANTI JOIN latest_return USING (organisation)) USING (organisation, role_level)
    WHERE greatest(staff_fte, budgeted_fte) > 0
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
    SELECT
        organisation, role_level, skill, rank_low, rank, rank_high,
        CASE WHEN kind = 'self' THEN coalesce($self_bias::DOUBLE, 0) ELSE 0 END AS bias,
        count(*) AS headcount,
        sum(fte) AS fte
    FROM staff
    JOIN current_level USING (organisation, person)
    SEMI JOIN requirements USING (role_level, skill)
    GROUP BY ALL
),
assessed AS (
    SELECT
        organisation, role_family, role_level, skill, need.rank,
        sum(headcount) AS headcount,
        sum(fte) AS fte,
        sum(fte * greatest(0, least(1, greatest(0, rank_low - bias) - need.rank + 1))) AS held_low,
        sum(fte * greatest(0, least(1, greatest(0, alike.rank - bias) - need.rank + 1))) AS held,
        sum(fte * greatest(0, least(1, greatest(0, rank_high - bias) - need.rank + 1))) AS held_high
    FROM alike
    JOIN need USING (role_level, skill)
    GROUP BY ALL
),
family AS (
    SELECT organisation, role_family, skill, rank, sum(held) / nullif(sum(fte), 0) AS share
    FROM assessed
    GROUP BY ALL
),
found AS (
    SELECT
        groups.organisation, need.role_family, need.role, groups.role_level, need.skill, need.required_rank, need.rank,
        groups.headcount, groups.staff_fte, groups.budgeted_fte,
        coalesce(assessed.headcount, 0) AS assessed_headcount,
        least(coalesce(assessed.fte, 0), groups.staff_fte) AS assessed_fte,
        coalesce(assessed.held_low, 0) AS held_low,
        coalesce(assessed.held, 0) AS assessed_held,
        coalesce(assessed.held_high, 0) AS held_high,
        groups.staff_fte - least(coalesce(assessed.fte, 0), groups.staff_fte) AS unassessed_fte,
        coalesce(assessed.held / nullif(assessed.fte, 0), family.share) AS share
    FROM groups
    JOIN need ON need.role_level = groups.role_level AND need.rank <= need.required_rank
    LEFT JOIN assessed
        ON assessed.organisation = groups.organisation AND assessed.role_level = groups.role_level
        AND assessed.skill = need.skill AND assessed.rank = need.rank
    LEFT JOIN family
        ON family.organisation = groups.organisation AND family.role_family = need.role_family
        AND family.skill = need.skill AND family.rank = need.rank
)
-- Sums of many parts differ in their last digit from run to run; rounding makes a result the same every time.
SELECT
    organisation, role_family, role, role_level, skill, required_rank, rank, headcount, assessed_headcount,
    round(staff_fte, 9) AS staff_fte,
    round(assessed_fte, 9) AS assessed_fte,
    round(budgeted_fte, 9) AS budgeted_fte,
    round(assessed_held, 9) AS assessed_held,
    round(held_low, 9) AS held_low,
    round(assessed_held + unassessed_fte * coalesce(share, 0), 9) AS held,
    round(held_high + unassessed_fte, 9) AS held_high,
    round(CASE WHEN share IS NULL THEN unassessed_fte ELSE 0 END, 9) AS unknown_fte
FROM found
UNION ALL
SELECT * FROM returned_rank
ORDER BY organisation, role_level, skill, rank
