-- Duty: staff in post by role level, band and age band in the latest snapshot; unmapped job titles are in unmapped.sql.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_level, role_family, band, age_band, headcount (people), fte.
SELECT organisation, role_level, role_family, band, age_band, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment
JOIN (SELECT role_level, role_family FROM role_level JOIN framework USING (framework) WHERE active) USING (role_level)
GROUP BY ALL
ORDER BY ALL
