-- Duty: every organisation with its staff, posts and vacancies; posts are the larger of funded posts and staff, by role level,
--       and staff whose job title is not mapped stand in posts of their own. Without a staff list or return there are none that count.
-- Uses: latest_assignment, latest_establishment, latest_return, returned_cell
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: code, name, type, region, icb, region_code, icb_code, headcount (people), fte, posts, vacancy_fte, demonstration.
WITH staff AS (
    SELECT organisation, role_level, sum(fte) AS fte FROM latest_assignment GROUP BY ALL
    UNION ALL
    SELECT organisation, role_level, sum(fte) FROM returned_cell GROUP BY ALL
),
totals AS (
    SELECT organisation, count(DISTINCT person) AS headcount, sum(fte) AS fte FROM latest_assignment GROUP BY organisation
    UNION ALL
    SELECT organisation, headcount, fte FROM latest_return JOIN organisation_return USING (organisation, as_at)
),
vacant AS (
    SELECT organisation, sum(greatest(0, budgeted_fte - coalesce(fte, 0))) AS vacancy_fte
    FROM latest_establishment
    LEFT JOIN staff USING (organisation, role_level)
    GROUP BY organisation
)
SELECT
    organisation AS code,
    name,
    organisation_type AS type,
    region_name AS region,
    icb_name AS icb,
    region_code,
    icb_code,
    coalesce(headcount, 0) AS headcount,
    round(coalesce(fte, 0), 6) AS fte,
    round(coalesce(fte, 0) + coalesce(vacancy_fte, 0), 6) AS posts,
    round(coalesce(vacancy_fte, 0), 6) AS vacancy_fte,
    demonstration
FROM organisation
LEFT JOIN totals USING (organisation)
LEFT JOIN vacant USING (organisation)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY fte DESC, code
