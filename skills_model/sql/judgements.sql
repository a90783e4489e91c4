-- Duty: every judgement in the store with the import that it came with, so that a file of all answers so far brings in the new ones.
-- Person-level: yes.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: person, skill, kind, assessed_on, rank, import_run.
SELECT person, skill, kind, assessed_on, rank, import_run
FROM assessment
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
