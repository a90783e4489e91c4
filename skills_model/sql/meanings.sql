-- Duty: what users have said that words of their files mean.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $subject: what kind of word, NULL for all.
-- Columns: organisation, subject, found (in lower case), meaning (blank where it is left out on purpose).
SELECT organisation, subject, found, meaning
FROM mapping
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($subject::VARCHAR IS NULL OR subject = $subject::VARCHAR)
ORDER BY organisation, subject, found
