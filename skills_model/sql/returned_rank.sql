-- Duty: posts of each role level, and FTE of its staff that hold each rank of each skill they need, of organisations that count by
--       their return.
-- Rule: what is said there stands as it is: how far ranks are sure, and what those who are not assessed hold, was worked out at home by the
--       rule of rank_count.sql. Nobody here can lower one's own view. Where two skills became one, the one of which more is known stands.
--       Of a skill that the return says nothing of, nothing is known.
-- Uses: latest_return, active_role_level, active_skill, latest_establishment, requirements, returned_set
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table rank_count.
WITH groups AS (
    SELECT
        organisation,
        role_level,
        coalesce(headcount, 0)::BIGINT AS headcount,
        coalesce(staff_fte, 0) AS staff_fte,
        coalesce(budgeted_fte, 0) AS budgeted_fte
    FROM (SELECT organisation, role_level, sum(headcount) AS headcount, round(sum(fte), 9) AS staff_fte FROM returned_set GROUP BY ALL)
    FULL JOIN (SELECT * FROM latest_establishment SEMI JOIN latest_return USING (organisation)) USING (organisation, role_level)
    WHERE greatest(staff_fte, budgeted_fte) > 0
),
staff AS (
    SELECT organisation, as_at, role_level, sum(fte) AS fte
    FROM latest_return
    JOIN returned_role USING (organisation, as_at)
    GROUP BY ALL
),
said AS (
    SELECT
        organisation, active_role_level.role_level, active_skill.skill, rank, any_value(fte) AS fte,
        arg_max(returned_skill, row(assessed_headcount, returned_skill.skill)) AS counts
    FROM latest_return
    JOIN returned_skill USING (organisation, as_at)
    JOIN staff USING (organisation, as_at, role_level)
    JOIN active_role_level ON active_role_level.found = returned_skill.role_level
    JOIN active_skill ON active_skill.found = returned_skill.skill
    GROUP BY organisation, returned_skill.role_level, active_role_level.role_level, active_skill.skill, rank
),
added AS (
    SELECT
        organisation, role_level, skill, rank,
        sum(fte) AS staff_fte,
        sum(counts.assessed_headcount) AS assessed_headcount,
        sum(counts.assessed_fte) AS assessed_fte,
        sum(counts.assessed_held) AS assessed_held,
        sum(counts.held_low) AS held_low,
        sum(counts.held) AS held,
        sum(counts.held_high) AS held_high,
        sum(counts.unknown_fte) AS unknown_fte
    FROM said
    GROUP BY ALL
),
found AS (
    SELECT
        groups.organisation, role_family, role, groups.role_level, requirements.skill, required_rank, needed.rank,
        groups.headcount, groups.staff_fte, groups.budgeted_fte, added.assessed_headcount, added.assessed_fte, added.assessed_held,
        added.held_low, added.held, added.held_high, added.unknown_fte,
        greatest(0, groups.staff_fte - coalesce(added.staff_fte, 0)) AS unsaid_fte
    FROM groups
    JOIN requirements ON requirements.role_level = groups.role_level
    JOIN (SELECT unnest(range(1, 10)) AS rank) AS needed ON needed.rank <= required_rank
    LEFT JOIN added
        ON added.organisation = groups.organisation AND added.role_level = groups.role_level
        AND added.skill = requirements.skill AND added.rank = needed.rank
)
SELECT
    organisation, role_family, role, role_level, skill, required_rank, rank,
    headcount,
    coalesce(assessed_headcount, 0)::BIGINT AS assessed_headcount,
    staff_fte,
    round(coalesce(assessed_fte, 0), 9) AS assessed_fte,
    round(budgeted_fte, 9) AS budgeted_fte,
    round(coalesce(assessed_held, 0), 9) AS assessed_held,
    round(coalesce(held_low, 0), 9) AS held_low,
    round(coalesce(held, 0), 9) AS held,
    round(coalesce(held_high, 0) + unsaid_fte, 9) AS held_high,
    round(coalesce(unknown_fte, 0) + unsaid_fte, 9) AS unknown_fte
FROM found
