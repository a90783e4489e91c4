-- Duty: how many people of the latest staff list are 55 or over, of those whose age band is known.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, aged (people whose age band is known), older (those of them who are 55 or over).
SELECT
    organisation,
    count(DISTINCT person) AS aged,
    count(DISTINCT person) FILTER (WHERE age_band IN ('55 to 59', '60 and over')) AS older
FROM latest_assignment
WHERE age_band <> 'unknown'
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY organisation
ORDER BY organisation
