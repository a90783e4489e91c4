-- Duty: the skills that an organisation has said should be covered, over all its teams.
-- Rule: a skill of a framework that is not active counts for the one that took its place.
-- Uses: active_skill
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: skill, rank, people.
SELECT active_skill.skill, max(rank) AS rank, sum(people)::BIGINT AS people
FROM cover_target
JOIN active_skill ON active_skill.found = cover_target.skill
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY ALL
ORDER BY active_skill.skill
