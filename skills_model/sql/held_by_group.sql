-- Duty: FTE that hold each rank of each required skill now, in every organisation and role level, with its range.
-- Rule: that of rank_count.sql; people about whom nothing is known hold the share of overall_share.sql. Vacant posts hold nothing.
-- Uses: latest_establishment, requirements, overall_share
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1.
-- Columns: organisation, role_family, role, role_level, skill, required_rank, rank (1 to required_rank), headcount (people),
--          assessed_headcount, staff_fte, assessed_fte, budgeted_fte, posts (the larger of budgeted_fte and staff_fte),
--          held_low, held, held_high (FTE at that rank or above).
WITH counted AS (
    SELECT
        organisation, role_level, skill, rank, headcount, assessed_headcount, staff_fte, assessed_fte, held_low,
        held + unknown_fte * coalesce(share, 0) AS held,
        held_high
    FROM rank_count
    LEFT JOIN overall_share USING (organisation, rank)
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
groups AS (
    SELECT
        organisation, role_level,
        coalesce(budgeted_fte, 0) AS budgeted_fte,
        greatest(coalesce(budgeted_fte, 0), coalesce(fte, 0)) AS posts
    FROM (
        SELECT organisation, role_level, sum(fte) AS fte
        FROM role_count
        WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
          AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
        GROUP BY ALL
    )
    FULL JOIN latest_establishment USING (organisation, role_level)
    WHERE posts > 0
),
need AS (
    SELECT role_family, role, role_level, skill, required_rank, unnest(range(1, 1 + required_rank)) AS rank FROM requirements
)
SELECT
    organisation, role_family, role, role_level, skill, required_rank, rank,
    coalesce(headcount, 0) AS headcount,
    coalesce(assessed_headcount, 0) AS assessed_headcount,
    coalesce(staff_fte, 0) AS staff_fte,
    coalesce(assessed_fte, 0) AS assessed_fte,
    round(budgeted_fte, 9) AS budgeted_fte,
    round(posts, 9) AS posts,
    coalesce(held_low, 0) AS held_low,
    round(coalesce(held, 0), 9) AS held,
    coalesce(held_high, 0) AS held_high
FROM groups
JOIN need USING (role_level)
LEFT JOIN counted USING (organisation, role_level, skill, rank)
ORDER BY organisation, role_level, skill, rank
