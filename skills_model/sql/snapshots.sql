-- Duty: the staff lists in the store, with the import that each came with.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: snapshot, organisation, as_at, import_run.
SELECT snapshot, organisation, as_at, import_run
FROM snapshot
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY snapshot
