-- Duty: who holds, or may hold, what a cover target asks for; one row a target and person.
-- Rule: a person counts as holding by the assessment that counts. At the low end count those who hold more than half of the rank at the low
--       end of their range, at the high end those who hold at least half of it at the high end. Somebody who is not assessed, and whose
--       post needs the rank, is unknown: nothing at the low end and in the middle, holding at the high end.
-- Uses: latest_assignment, requirements, cover_targets
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $cover_people: people.
-- Columns: organisation, team (empty for the whole organisation), skill, person, fte (in the team), holds_low, holds, holds_high, assessed.
WITH members AS (
    SELECT organisation, team, person, sum(fte) AS fte FROM latest_assignment GROUP BY ALL
    UNION ALL
    SELECT organisation, '' AS team, person, sum(fte) AS fte FROM latest_assignment GROUP BY ALL
),
posts AS (
    SELECT organisation, team, person, role_level FROM latest_assignment
    UNION ALL
    SELECT organisation, '' AS team, person, role_level FROM latest_assignment
),
assessed AS (
    SELECT
        organisation, team, skill, person, fte,
        rank_low > cover_targets.rank - 0.5 AND current_level.rank >= cover_targets.rank AS holds_low,
        current_level.rank >= cover_targets.rank AS holds,
        rank_high >= cover_targets.rank - 0.5 AS holds_high
    FROM cover_targets
    JOIN members USING (organisation, team)
    JOIN current_level USING (organisation, person, skill)
    WHERE rank_high >= cover_targets.rank - 0.5
),
unknown AS (
    SELECT DISTINCT organisation, team, skill, person
    FROM posts
    JOIN requirements USING (role_level)
    JOIN cover_targets USING (organisation, team, skill)
    ANTI JOIN current_level USING (organisation, person, skill)
    WHERE required_rank >= cover_targets.rank
)
SELECT organisation, team, skill, person, fte, holds_low, holds, holds_high, true AS assessed
FROM assessed
UNION ALL
SELECT organisation, team, skill, person, fte, false AS holds_low, false AS holds, true AS holds_high, false AS assessed
FROM unknown
JOIN members USING (organisation, team, person)
