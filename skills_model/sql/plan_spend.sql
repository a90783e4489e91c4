-- Duty: what an organisation spends on technology in a year, and on everything.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, year, technology (pounds), expenditure (pounds), source.
SELECT organisation, year, technology, expenditure, source
FROM technology_spend
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY year
