-- Duty: funded posts by role level, and the temporary staff that cover vacancies now.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_level, role_family, band, budgeted_fte, bank_fte, agency_fte.
SELECT organisation, role_level, role_family, band, budgeted_fte, bank_fte, agency_fte
FROM establishment
JOIN (SELECT role_level, role_family FROM role_level JOIN framework USING (framework) WHERE active) USING (role_level)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, role_level
