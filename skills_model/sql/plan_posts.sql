-- Duty: until when the posts of an organisation are funded, and whether they may be filled.
-- Rule: the latest establishment counts; role levels of frameworks that are not active count for those that took their place.
-- Uses: active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: role_level, budgeted_fte, funding_end_date, approval_status.
WITH latest AS (
    SELECT organisation, max(as_at) AS as_at
    FROM establishment
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
)
SELECT active_role_level.role_level, budgeted_fte, funding_end_date, approval_status
FROM latest
JOIN establishment USING (organisation, as_at)
JOIN active_role_level ON active_role_level.found = establishment.role_level
ORDER BY active_role_level.role_level, funding_end_date, approval_status, budgeted_fte
