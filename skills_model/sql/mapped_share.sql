-- Duty: how much of the staff of an organisation counts in gaps: whose role level is known, who has none on purpose, who is unmapped.
-- Uses: latest_assignment, latest_return, returned_cell
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
UNION ALL
SELECT
    organisation,
    as_at,
    organisation_return.headcount,
    round(organisation_return.fte, 9),
    round(coalesce(sum(returned_cell.fte) FILTER (role_level IS NOT NULL), 0), 9),
    outside_fte,
    unmapped_headcount + coalesce(sum(returned_cell.headcount) FILTER (lost), 0)::BIGINT,
    round(coalesce(sum(returned_cell.fte) FILTER (role_level IS NULL), 0), 9)
FROM latest_return
JOIN organisation_return USING (organisation, as_at)
LEFT JOIN returned_cell USING (organisation)
GROUP BY organisation, as_at, organisation_return.headcount, organisation_return.fte, outside_fte, unmapped_headcount
ORDER BY organisation
