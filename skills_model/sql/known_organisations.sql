-- Duty: every column of the organisations in the store, by which a list of organisations tells what is new and what has changed.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, name, organisation_type, region_code, region_name, icb_code, icb_name, demonstration.
SELECT organisation, name, organisation_type, region_code, region_name, icb_code, icb_name, demonstration
FROM organisation
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation
