-- Duty: the pseudonyms of everybody who was ever on a staff list, by which the rows of a file find their person.
-- Person-level: yes.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: person.
SELECT person
FROM person
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
