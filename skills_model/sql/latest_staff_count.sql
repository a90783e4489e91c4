-- Duty: the latest published count of each staff group of each organisation.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, staff_group, as_at, headcount (people; blank where only FTE is published), fte, source.
SELECT organisation, staff_group, as_at, headcount, fte, source
FROM staff_count
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
QUALIFY row_number() OVER (PARTITION BY organisation, staff_group ORDER BY as_at DESC) = 1
ORDER BY organisation, staff_group
