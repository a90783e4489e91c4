-- Duty: staff of whose job title or occupation code nobody has said what it means yet: in staff counts, not in gaps.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, headcount (people), fte.
SELECT organisation, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment
WHERE NOT decided
GROUP BY organisation
ORDER BY organisation
