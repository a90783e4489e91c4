-- Duty: how far the data of each organisation can be trusted: its staff list, what is mapped, what is assessed, how and how long ago.
-- Rule: a person and a skill that the person's role levels need count once; an assessment is old once $stale_months lie between it and
--       the staff list.
-- Uses: latest_assignment, requirements
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $stale_months: months.
-- Columns: organisation, name, as_at, headcount, mapped_headcount (people in a role level that needs skills), fte, unmapped_fte,
--          needed, assessed, own, old (pairs of person and skill: needed, assessed, by oneself alone, long ago),
--          assessed_headcount, own_headcount, old_headcount (people with any such pair), last_assessed (date).
WITH people AS (
    SELECT organisation, as_at, count(DISTINCT person) AS headcount, sum(fte) AS fte, sum(fte) FILTER (NOT decided) AS unmapped_fte
    FROM latest_assignment
    GROUP BY ALL
),
needed AS (
    SELECT DISTINCT organisation, as_at, person, skill
    FROM latest_assignment
    JOIN requirements USING (role_level)
),
skills AS (
    SELECT
        organisation,
        count(DISTINCT person) AS mapped_headcount,
        count(*) AS needed,
        count(kind) AS assessed,
        count(*) FILTER (kind = 'self') AS own,
        count(*) FILTER (assessed_on < as_at - to_months($stale_months::INTEGER)) AS old,
        count(DISTINCT person) FILTER (kind IS NOT NULL) AS assessed_headcount,
        count(DISTINCT person) FILTER (kind = 'self') AS own_headcount,
        count(DISTINCT person) FILTER (assessed_on < as_at - to_months($stale_months::INTEGER)) AS old_headcount,
        max(assessed_on) AS last_assessed
    FROM needed
    LEFT JOIN current_level USING (organisation, person, skill)
    GROUP BY organisation
)
SELECT
    organisation, name, as_at, headcount, coalesce(mapped_headcount, 0) AS mapped_headcount, round(fte, 6) AS fte,
    round(coalesce(unmapped_fte, 0), 6) AS unmapped_fte,
    coalesce(needed, 0) AS needed, coalesce(assessed, 0) AS assessed, coalesce(own, 0) AS own, coalesce(old, 0) AS old,
    coalesce(assessed_headcount, 0) AS assessed_headcount, coalesce(own_headcount, 0) AS own_headcount,
    coalesce(old_headcount, 0) AS old_headcount, last_assessed
FROM people
JOIN (SELECT organisation, name FROM organisation) USING (organisation)
LEFT JOIN skills USING (organisation)
ORDER BY organisation
