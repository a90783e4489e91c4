-- Duty: staff on their way who are not on the staff list of their organisation yet.
-- Rule: whoever was to start on the day of the latest staff list or return, or before it, is in it. The band is the one given, else that of
--       the posts of the role level, else its suggested one; role levels of a framework that is not active count for those that took
--       their place, and are left out where none did.
-- Uses: latest_establishment, active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, pipeline, role_family, role_level, band, start_date, headcount (people), fte.
WITH lists AS (
    SELECT organisation, max(as_at) AS as_at
    FROM (SELECT organisation, as_at FROM snapshot UNION ALL SELECT organisation, as_at FROM organisation_return)
    GROUP BY organisation
),
levels AS (
    SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active
),
posts AS (
    SELECT organisation, role_level, band FROM latest_establishment
)
SELECT
    pipeline.organisation, pipeline.pipeline, levels.role_family, levels.role_level,
    coalesce(pipeline.band, posts.band, levels.suggested_band) AS band,
    pipeline.start_date, sum(pipeline.headcount)::BIGINT AS headcount, round(sum(pipeline.fte), 9) AS fte
FROM pipeline
JOIN active_role_level ON active_role_level.found = pipeline.role_level
JOIN levels ON levels.role_level = active_role_level.role_level
LEFT JOIN lists ON lists.organisation = pipeline.organisation
LEFT JOIN posts ON posts.organisation = pipeline.organisation AND posts.role_level = levels.role_level
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], pipeline.organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], pipeline.organisation))
  AND (lists.as_at IS NULL OR pipeline.start_date > lists.as_at)
GROUP BY ALL
ORDER BY ALL
