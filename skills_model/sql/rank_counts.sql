-- Duty: how many staff hold each rank of each skill that they need, as the store keeps it for gaps.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: those of the table rank_count.
SELECT *
FROM rank_count
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, role_level, skill, rank
