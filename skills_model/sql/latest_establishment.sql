-- Duty: the posts that are funded now, by role level of the active frameworks; other queries build on it.
-- Rule: the latest establishment of an organisation counts, all of it. A role level of a framework that is not active counts for the one
--       that took its place; posts of two such role levels are added up, at the band of the larger part. An organisation without a staff
--       list or return has none that count: its posts are not known to be empty.
-- Uses: active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, role_level, band, budgeted_fte, bank_fte, agency_fte.
WITH latest AS (
    SELECT organisation, max(as_at) AS as_at
    FROM establishment
    SEMI JOIN (SELECT organisation FROM snapshot UNION SELECT organisation FROM organisation_return) USING (organisation)
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
)
SELECT
    organisation,
    as_at,
    active_role_level.role_level,
    max_by(band, row(budgeted_fte, band)) AS band,
    sum(budgeted_fte) AS budgeted_fte,
    sum(bank_fte) AS bank_fte,
    sum(agency_fte) AS agency_fte
FROM latest
JOIN establishment USING (organisation, as_at)
JOIN active_role_level ON active_role_level.found = establishment.role_level
GROUP BY ALL
