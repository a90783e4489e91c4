-- Duty: how many current levels, and of how many people, have skills that fare alike when frameworks change.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $skills, $fates: skills and what becomes of each, two
--             lists of one length.
-- Columns: fate, headcount (people), levels.
SELECT fate, count(DISTINCT person) AS headcount, count(*) AS levels
FROM current_level
JOIN (SELECT unnest($skills::VARCHAR[]) AS skill, unnest($fates::VARCHAR[]) AS fate) USING (skill)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY fate
ORDER BY fate
