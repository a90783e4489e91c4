-- Duty: times in which staff of an organisation can be released less than usual.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, calendar_event, start_date, end_date, release_share.
SELECT organisation, calendar_event, start_date, end_date, release_share
FROM calendar_event
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY start_date, calendar_event
