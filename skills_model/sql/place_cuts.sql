-- Duty: where each organisation is, in those cuts of a result that are places.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $by: list of cuts, those that are no places included.
-- Columns: code (of the organisation), then organisation, icb, region, organisation_type (blank where not in $by).
SELECT
    organisation AS code,
    CASE WHEN list_contains($by::VARCHAR[], 'organisation') THEN organisation END AS organisation,
    CASE WHEN list_contains($by::VARCHAR[], 'icb') THEN icb_code END AS icb,
    CASE WHEN list_contains($by::VARCHAR[], 'region') THEN region_code END AS region,
    CASE WHEN list_contains($by::VARCHAR[], 'organisation_type') THEN organisation_type END AS organisation_type
FROM organisation
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
