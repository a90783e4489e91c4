-- Duty: staff in post by role level, band and age band now; unmapped job titles are in unmapped.sql.
-- Rule: those of the latest snapshot, or of the return of an organisation without one. Staff on other terms than Agenda for Change count at
--       the band of the posts of their role level, or at its suggested band.
-- Uses: latest_assignment, latest_establishment, returned_cell
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_level, role_family, band, age_band, headcount (people), fte.
SELECT
    staff.organisation, role_level, role_family, coalesce(staff.band, posts.band, suggested_band) AS band, age_band,
    count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment AS staff
JOIN (SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active) USING (role_level)
LEFT JOIN (SELECT organisation, role_level, band FROM latest_establishment) AS posts USING (organisation, role_level)
GROUP BY ALL
UNION ALL
SELECT organisation, role_level, role_family, band, age_band, headcount, fte FROM returned_cell WHERE role_level IS NOT NULL
ORDER BY ALL
