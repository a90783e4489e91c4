-- Duty: plans that organisations have taken as their own, oldest first.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table adopted_plan, and import_run (the import that it came with).
SELECT plan, organisation, label, run, follows, reason, owner, adopted_on, import_run
FROM adopted_plan
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY adopted_on, import_run, plan
