-- Duty: what should be reached by which day for plans to be on their way.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $plan: id of an adopted plan, NULL for all.
-- Columns: those of the table milestone.
SELECT plan, milestone, organisation, label, measure, item, due, target, unit, owner, note
FROM milestone
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($plan::VARCHAR IS NULL OR plan = $plan::VARCHAR)
ORDER BY plan, due, milestone
