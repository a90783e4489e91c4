-- Duty: how many people hold the same role levels, and their FTE in each, of organisations that count by their return.
-- Uses: latest_return, active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table role_count.
SELECT
    organisation, role_set, role_level, count(*) OVER (PARTITION BY organisation, role_set) > 1 AS several, headcount, fte
FROM (
    SELECT organisation, role_set, active_role_level.role_level, max(headcount) AS headcount, round(sum(fte), 9) AS fte
    FROM latest_return
    JOIN returned_role USING (organisation, as_at)
    JOIN active_role_level ON active_role_level.found = returned_role.role_level
    GROUP BY ALL
)
