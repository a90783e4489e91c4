-- Duty: the staff lists known at a date. In the place of the table, so that whatever is built on it answers as at that date.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $as_at: date.
-- Columns: organisation, snapshot, as_at.
SELECT organisation, snapshot, as_at
FROM main.snapshot
WHERE as_at <= $as_at::DATE
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
