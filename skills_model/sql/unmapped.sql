-- Duty: staff whose job title is not mapped to a role level yet: in staff counts, not in gaps.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, headcount (people), fte.
SELECT organisation, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment
WHERE role_level IS NULL
GROUP BY organisation
ORDER BY organisation
