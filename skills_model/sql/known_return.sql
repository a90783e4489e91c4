-- Duty: the returns known at a date. In the place of the table, so that whatever is built on it answers as at that date.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $as_at: date.
-- Columns: those of the table organisation_return.
SELECT *
FROM main.organisation_return
WHERE as_at <= $as_at::DATE
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
