-- Duty: staff in post by cell, those whose job title nobody has mapped included; a supply forecast starts from them.
-- Rule: staff on other terms than Agenda for Change count at the band of the posts of their role level, or at its suggested band. Staff
--       whose title is deliberately outside informatics role levels are not among them.
-- Uses: latest_assignment, latest_establishment, returned_cell
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_family, role_level, band (all blank where not mapped), age_band, headcount (people), fte.
WITH levels AS (
    SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active
),
posts AS (
    SELECT organisation, role_level, band FROM latest_establishment
)
SELECT
    staff.organisation, role_family, levels.role_level,
    CASE WHEN levels.role_level IS NOT NULL THEN coalesce(staff.band, posts.band, suggested_band) END AS band,
    age_band, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM latest_assignment AS staff
LEFT JOIN levels USING (role_level)
LEFT JOIN posts ON posts.organisation = staff.organisation AND posts.role_level = staff.role_level
WHERE levels.role_level IS NOT NULL OR NOT decided
GROUP BY ALL
UNION ALL
SELECT organisation, role_family, role_level, band, age_band, sum(headcount)::BIGINT AS headcount, round(sum(fte), 9) AS fte
FROM returned_cell
GROUP BY ALL
ORDER BY ALL
