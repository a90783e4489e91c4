-- Duty: how many different people stand behind a supply forecast, by organisation and by the parts of a cell that tell its rows apart.
-- Rule: the staff of supply_staff.sql; who holds several role levels counts once in each row. Of organisations that count by their return
--       nobody knows who is who, so at least so many: their people less those who hold several role levels.
-- Uses: latest_assignment, latest_establishment, returned_cell, latest_return
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all;
--             $by: list of role_family, role_level, band, age_band, as far as they count.
-- Columns: organisation, role_family, role_level, band, age_band (blank where not in $by), headcount (people).
WITH levels AS (
    SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active
),
posts AS (
    SELECT organisation, role_level, band FROM latest_establishment
),
listed AS (
    SELECT
        staff.organisation, person, role_family, levels.role_level,
        CASE WHEN levels.role_level IS NOT NULL THEN coalesce(staff.band, posts.band, suggested_band) END AS band,
        age_band
    FROM latest_assignment AS staff
    LEFT JOIN levels USING (role_level)
    LEFT JOIN posts ON posts.organisation = staff.organisation AND posts.role_level = staff.role_level
    WHERE levels.role_level IS NOT NULL OR NOT decided
),
twice AS (
    SELECT organisation, sum(headcount) AS headcount
    FROM (
        SELECT organisation, role_set, max(headcount) * (count(*) - 1) AS headcount
        FROM role_count
        SEMI JOIN latest_return USING (organisation)
        WHERE several
        GROUP BY ALL
    )
    GROUP BY ALL
),
of_lists AS (
    SELECT
        organisation,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'band') THEN band END AS band,
        CASE WHEN list_contains($by::VARCHAR[], 'age_band') THEN age_band END AS age_band,
        count(DISTINCT person) AS headcount
    FROM listed
    GROUP BY ALL
),
of_returns AS (
    SELECT
        organisation,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'band') THEN band END AS band,
        CASE WHEN list_contains($by::VARCHAR[], 'age_band') THEN age_band END AS age_band,
        max(headcount) AS largest,
        sum(headcount) AS headcount
    FROM returned_cell
    GROUP BY ALL
)
SELECT organisation, role_family, role_level, band, age_band, headcount::BIGINT AS headcount FROM of_lists
UNION ALL
SELECT
    organisation, role_family, role_level, band, age_band,
    greatest(largest, of_returns.headcount - coalesce(twice.headcount, 0))::BIGINT AS headcount
FROM of_returns
LEFT JOIN twice USING (organisation)
ORDER BY ALL
