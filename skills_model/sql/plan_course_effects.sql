-- Duty: the ranks that courses open to an organisation lead to.
-- Rule: a skill of a framework that is not active counts for the one that took its place.
-- Uses: active_skill
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: course, skill, rank_before, rank_after.
SELECT course, active_skill.skill, min(rank_before) AS rank_before, max(rank_after) AS rank_after
FROM course
JOIN course_effect USING (course)
JOIN active_skill ON active_skill.found = course_effect.skill
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY ALL
ORDER BY course, active_skill.skill
