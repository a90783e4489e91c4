-- Duty: the assessments known at a date. In the place of the table, so that whatever is built on it answers as at that date.
-- Person-level: yes.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $as_at: date.
-- Columns: organisation, person, skill, rank, kind, assessed_on.
SELECT organisation, person, skill, rank, kind, assessed_on
FROM main.assessment
WHERE assessed_on <= $as_at::DATE
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
