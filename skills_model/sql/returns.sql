-- Duty: the returns in the store, with the import that each came with, and whether each of them counts now.
-- Uses: latest_return
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, as_at, signed_off_on, signed_off_by, agreement, headcount (people), fte, import_run, counts.
SELECT
    organisation, as_at, signed_off_on, signed_off_by, agreement, headcount, fte, import_run, latest_return.as_at IS NOT NULL AS counts
FROM organisation_return
LEFT JOIN latest_return USING (organisation, as_at)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation, as_at
