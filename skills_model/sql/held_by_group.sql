-- Duty: FTE that hold each rank of each required skill now, in every organisation and role level, with its range.
-- Rule: that of rank_count.sql; people about whom nothing is known hold the share of overall_share.sql. Vacant posts hold nothing.
-- Uses: overall_share
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1.
-- Columns: organisation, role_family, role, role_level, skill, required_rank, rank (1 to required_rank), headcount (people),
--          assessed_headcount, staff_fte, assessed_fte, budgeted_fte, posts (the larger of budgeted_fte and staff_fte),
--          held_low, held, held_high (FTE at that rank or above).
SELECT
    organisation, role_family, role, role_level, skill, required_rank, rank, headcount, assessed_headcount, staff_fte, assessed_fte,
    budgeted_fte,
    greatest(budgeted_fte, staff_fte) AS posts,
    held_low,
    round(held + unknown_fte * share, 9) AS held,
    held_high
FROM rank_count
JOIN overall_share USING (organisation, rank)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, role_level, skill, rank
