-- Duty: posts by role level, the larger of funded posts and staff in post, as a plan counts them; demand starts from them.
-- Rule: staff whose job title nobody has mapped stand in posts of their own. The band is that of the funded posts; without any, the one
--       that most of the staff are on.
-- Uses: supply_staff, establishment_by_group
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_family, role_level, band (all blank where not mapped), staff_fte, budgeted_fte, posts.
WITH banded AS (
    SELECT organisation, role_family, role_level, band, sum(fte) AS fte FROM supply_staff GROUP BY ALL
),
staff AS (
    SELECT
        organisation, role_family, role_level, max_by(band, row(fte, band)) AS band, round(sum(fte), 9) AS staff_fte
    FROM banded
    GROUP BY organisation, role_family, role_level
),
funded AS (
    SELECT organisation, role_family, role_level, band, budgeted_fte FROM establishment_by_group
)
SELECT
    organisation, role_family, role_level, coalesce(funded.band, staff.band) AS band,
    coalesce(staff_fte, 0) AS staff_fte, coalesce(budgeted_fte, 0) AS budgeted_fte,
    greatest(coalesce(budgeted_fte, 0), coalesce(staff_fte, 0)) AS posts
FROM staff
FULL JOIN funded USING (organisation, role_family, role_level)
ORDER BY organisation, role_level NULLS LAST
