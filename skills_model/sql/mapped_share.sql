-- Duty: how much of the staff of an organisation counts in gaps: whose role level is known, who has none on purpose, who is unmapped.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, headcount (people), fte, mapped_fte, outside_fte (without a role level on purpose), unmapped_headcount
--          (people), unmapped_fte.
SELECT
    organisation,
    as_at,
    count(DISTINCT person) AS headcount,
    round(sum(fte), 9) AS fte,
    round(coalesce(sum(fte) FILTER (role_level IS NOT NULL), 0), 9) AS mapped_fte,
    round(coalesce(sum(fte) FILTER (role_level IS NULL AND decided), 0), 9) AS outside_fte,
    count(DISTINCT person) FILTER (NOT decided) AS unmapped_headcount,
    round(coalesce(sum(fte) FILTER (NOT decided), 0), 9) AS unmapped_fte
FROM latest_assignment
GROUP BY organisation, as_at
ORDER BY organisation
