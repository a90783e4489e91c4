-- Duty: the days of the staff lists and returns that there are, and the newest day that any fact about the organisation is of.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, newest (day of a staff list, a return, an assessment or an establishment).
WITH listed AS (
    SELECT organisation, as_at FROM snapshot
    UNION
    SELECT organisation, as_at FROM organisation_return
),
facts AS (
    SELECT organisation, max(as_at) AS day FROM listed GROUP BY organisation
    UNION ALL
    SELECT organisation, max(assessed_on) FROM assessment GROUP BY organisation
    UNION ALL
    SELECT organisation, max(as_at) FROM establishment GROUP BY organisation
)
SELECT DISTINCT organisation, as_at, newest
FROM listed
JOIN (SELECT organisation, max(day) AS newest FROM facts GROUP BY organisation) USING (organisation)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, as_at
