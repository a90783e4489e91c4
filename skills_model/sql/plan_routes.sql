-- Duty: ways of recruiting that an organisation uses.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: as the table recruitment_route.
SELECT recruitment_route, recruitment_route_label, organisation, contract, cost, weeks, starts, role_family, months, source
FROM recruitment_route
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY recruitment_route
