-- Duty: what was really done of lines of plans, and what measures really came to.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $plan: id of an adopted plan, NULL for all.
-- Columns: those of the table actual.
SELECT plan, organisation, line, period, amount, cost, note, recorded_on, recorded_by
FROM actual
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($plan::VARCHAR IS NULL OR plan = $plan::VARCHAR)
ORDER BY plan, period, line
