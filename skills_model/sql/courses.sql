-- Duty: what each course that is open to an organisation leads to.
-- Rule: a skill of a framework that is not active counts for the one that took its place. A course of one organisation is open to it alone.
-- Uses: active_skill
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: course, course_label, provider, price (pounds), hours, weeks, skill, rank_before, rank_after.
SELECT DISTINCT course, course_label, provider, price, hours, weeks, active_skill.skill, rank_before, rank_after
FROM course
JOIN course_effect USING (course)
JOIN active_skill ON active_skill.found = course_effect.skill
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY course, skill
