-- Duty: staff of whose job title or occupation code nobody has said what it means yet: in staff counts, not in gaps.
-- Uses: latest_assignment, latest_return, returned_cell
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, headcount (people), fte.
SELECT organisation, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment
WHERE NOT decided
GROUP BY organisation
UNION ALL
SELECT organisation, unmapped_headcount + coalesce(sum(returned_cell.headcount) FILTER (lost), 0)::BIGINT, round(sum(returned_cell.fte), 9)
FROM returned_cell
JOIN latest_return USING (organisation)
JOIN organisation_return USING (organisation, as_at)
WHERE role_level IS NULL
GROUP BY organisation, unmapped_headcount
ORDER BY organisation
