-- Duty: staff in post of organisations that count by their return, by cell.
-- Rule: a role level of a framework that is not active counts for the one that took its place; where there is none, the staff are not
--       mapped. Staff without a band count at the band of the posts of their role level, or at its suggested band.
-- Uses: latest_return, active_role_level, latest_establishment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_family, role_level, band (all blank where not mapped), age_band, lost (whether the return gives a role level
--          that no active one took the place of), headcount (people), fte.
WITH levels AS (
    SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active
),
posts AS (
    SELECT organisation, role_level, band FROM latest_establishment
)
SELECT
    said.organisation, role_family, levels.role_level,
    CASE WHEN levels.role_level IS NOT NULL THEN coalesce(nullif(said.band, ''), posts.band, suggested_band) END AS band,
    age_band, said.role_level <> '' AND levels.role_level IS NULL AS lost, sum(headcount)::BIGINT AS headcount, round(sum(fte), 9) AS fte
FROM latest_return
JOIN returned_staff AS said USING (organisation, as_at)
LEFT JOIN active_role_level ON active_role_level.found = said.role_level
LEFT JOIN levels ON levels.role_level = active_role_level.role_level
LEFT JOIN posts ON posts.organisation = said.organisation AND posts.role_level = levels.role_level
GROUP BY ALL
