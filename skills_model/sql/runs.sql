-- Duty: plans asked for, and what became of them, newest first.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $run: id of one run, NULL for all.
-- Columns: those of the table run.
SELECT run, kind, organisation, options, status, requested_at, finished_at, message, result
FROM run
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($run::VARCHAR IS NULL OR run = $run::VARCHAR)
ORDER BY requested_at DESC, run
