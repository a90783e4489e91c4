-- Duty: aggregate counts for equality monitoring of a round of suggested places, one row a group, as the equality lead returned them.
-- Rule: no protected characteristic of a person is in the store; these are counts alone. Exact: whoever shows them protects them first.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $round: id of the round.
-- Columns: organisation, round, characteristic, category, eligible, suggested, accepted, completed (people; blank where not returned).
SELECT
    organisation, round, characteristic, category,
    max(headcount) FILTER (stage = 'eligible') AS eligible,
    max(headcount) FILTER (stage = 'suggested') AS suggested,
    max(headcount) FILTER (stage = 'accepted') AS accepted,
    max(headcount) FILTER (stage = 'completed') AS completed
FROM equality_count
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND round = $round::VARCHAR
GROUP BY ALL
ORDER BY organisation, characteristic, category
