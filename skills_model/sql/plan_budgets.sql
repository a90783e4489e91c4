-- Duty: the money of an organisation by funding stream and year.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, funding_stream, year, amount (pounds), status.
SELECT organisation, funding_stream, year, amount, status
FROM budget
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY funding_stream, year, status
