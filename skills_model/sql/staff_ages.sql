-- Duty: how many people are 55 or over, of those whose age band is known, by the latest staff list or signed-off return.
-- Rule: in a return somebody in several cells counts in each.
-- Uses: latest_assignment, returned_cell
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, aged (people whose age band is known), older (those of them who are 55 or over).
WITH people AS (
    SELECT DISTINCT organisation, person, age_band, 1 AS headcount FROM latest_assignment
    UNION ALL
    SELECT organisation, NULL, age_band, headcount FROM returned_cell
)
SELECT
    organisation,
    sum(headcount)::BIGINT AS aged,
    coalesce(sum(headcount) FILTER (WHERE age_band IN ('55 to 59', '60 and over')), 0)::BIGINT AS older
FROM people
WHERE age_band <> 'unknown'
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY organisation
ORDER BY organisation
