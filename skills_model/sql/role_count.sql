-- Duty: how many people hold the same role levels now, and their FTE in each. The store rebuilds the table role_count from it.
-- Rule: a person counts in one set of role levels, so that the sets of an organisation add up to different people.
-- Uses: latest_assignment, returned_set
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table role_count.
WITH staff AS (
    SELECT organisation, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    WHERE role_level IS NOT NULL
    GROUP BY ALL
),
sets AS (
    SELECT organisation, person, string_agg(role_level, ' ' ORDER BY role_level) AS role_levels, count(*) > 1 AS several
    FROM staff
    GROUP BY ALL
),
counted AS (
    SELECT organisation, role_levels, role_level, several, count(*) AS headcount, round(sum(fte), 9) AS fte
    FROM staff
    JOIN sets USING (organisation, person)
    GROUP BY ALL
)
SELECT
    organisation,
    dense_rank() OVER (PARTITION BY organisation ORDER BY role_levels) AS role_set,
    role_level, several, headcount, fte
FROM counted
UNION ALL
SELECT organisation, role_set, role_level, several, headcount, fte FROM returned_set
ORDER BY organisation, role_set, role_level
