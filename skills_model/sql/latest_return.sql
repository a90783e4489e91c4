-- Duty: the return that counts now of each organisation of which there is no staff list; other queries build on it.
-- Rule: the latest return of an organisation counts, all of it; where its staff list is in the store, that counts instead.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at.
SELECT organisation, max(as_at) AS as_at
FROM organisation_return
ANTI JOIN snapshot USING (organisation)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY organisation
