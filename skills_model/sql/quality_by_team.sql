-- Duty: how far what is known about a team's skills can be trusted: of the skills that its people need there, how many are assessed, by
--       whom and how long ago.
-- Rule: a person counts once for each skill that a post in the team needs. What is known is the assessment that counts by
--       current_level.sql; its age is that at the latest staff list.
-- Uses: latest_assignment, requirements
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $stale_months: months.
-- Columns: organisation, team, headcount (people whose post needs skills), needed, assessed, own (by nobody but oneself), old (pairs of a
--          person and a skill), median_age (months), last_assessed.
WITH needs AS (
    SELECT DISTINCT organisation, as_at, team, person, skill
    FROM latest_assignment
    JOIN requirements USING (role_level)
)
SELECT
    organisation,
    team,
    count(DISTINCT person) AS headcount,
    count(*) AS needed,
    count(kind) AS assessed,
    count_if(kind = 'self')::BIGINT AS own,
    count_if(assessed_on < as_at - to_months($stale_months::INTEGER))::BIGINT AS old,
    median(greatest(0, datesub('month', assessed_on, as_at))) FILTER (kind IS NOT NULL) AS median_age,
    max(assessed_on) AS last_assessed
FROM needs
LEFT JOIN current_level USING (organisation, person, skill)
GROUP BY organisation, team
ORDER BY organisation, team
