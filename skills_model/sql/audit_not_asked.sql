-- Duty: how many people of an organisation or team get no self-assessment form, since they hold no role level that needs skills.
-- Uses: latest_assignment, requirements
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $team: name of one team, NULL for all.
-- Columns: headcount (people).
WITH people AS (
    SELECT person, bool_or(needing.role_level IS NOT NULL) AS asked
    FROM latest_assignment
    LEFT JOIN (SELECT DISTINCT role_level FROM requirements) AS needing USING (role_level)
    WHERE $team::VARCHAR IS NULL OR team = $team::VARCHAR
    GROUP BY person
)
SELECT count(*) FILTER (NOT asked) AS headcount
FROM people
