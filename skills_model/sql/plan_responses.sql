-- Duty: what owners of plans answered to the delivery questions.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $run: run of a plan, NULL for all.
-- Columns: those of the table plan_response.
SELECT run, question, organisation, response, owner, recorded_on
FROM plan_response
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($run::VARCHAR IS NULL OR run = $run::VARCHAR)
ORDER BY run, question
