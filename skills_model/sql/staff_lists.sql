-- Duty: the staff lists that there are, and the newest day that any fact about the organisation is of.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, newest (day of a staff list, an assessment or an establishment).
WITH facts AS (
    SELECT organisation, max(as_at) AS day FROM snapshot GROUP BY organisation
    UNION ALL
    SELECT organisation, max(assessed_on) FROM assessment GROUP BY organisation
    UNION ALL
    SELECT organisation, max(as_at) FROM establishment GROUP BY organisation
)
SELECT DISTINCT organisation, as_at, newest
FROM snapshot
JOIN (SELECT organisation, max(day) AS newest FROM facts GROUP BY organisation) USING (organisation)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, as_at
