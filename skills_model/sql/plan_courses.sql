-- Duty: courses open to an organisation, as plans use them.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: as the table course.
SELECT course, course_label, provider, organisation, price, hours, weeks, seats, completion, apprenticeship_standard, source
FROM course
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY course
