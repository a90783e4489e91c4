-- Duty: which days there is an establishment of, and the import that each came with.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, import_run.
SELECT DISTINCT organisation, as_at, import_run
FROM establishment
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, as_at
