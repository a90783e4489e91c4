-- Duty: what was taken in, newest first.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; imports of several organisations are for everybody.
-- Columns: import_run, kind, source, organisation, rows, imported_at, undone_at.
SELECT import_run, kind, source, organisation, rows, imported_at, undone_at
FROM import_run
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY import_run DESC
