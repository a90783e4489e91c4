-- Duty: what each organisation said of all staff in aggregate returns, every count as it was returned.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, kind, staff_group, skill, rank (-1 not assessed), headcount (people).
SELECT organisation, as_at, kind, staff_group, skill, rank, headcount
FROM aggregate_return
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, as_at DESC, kind, staff_group, skill, rank
