-- Duty: the funded posts known at a date. In the place of the table, so that whatever is built on it answers as at that date.
-- Rule: before an organisation's first establishment that one stands, since nothing is known of the posts that were funded earlier; its
--       vacancies then change only as staff do. Without a staff list by then its posts do not count, as latest_establishment.sql says.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $as_at: date.
-- Columns: those of the table establishment.
SELECT *
FROM main.establishment
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
QUALIFY as_at <= greatest($as_at::DATE, min(as_at) OVER (PARTITION BY organisation))
