-- Duty: the organisations in the store and where they are, without their staff.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table organisation.
SELECT organisation, name, organisation_type, region_code, region_name, icb_code, icb_name, demonstration
FROM organisation
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation
