-- Duty: how many people hold the same role levels now, and their FTE in each, as the store keeps it for gaps.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table role_count.
SELECT organisation, role_set, role_level, several, headcount, fte
FROM role_count
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, role_set, role_level
