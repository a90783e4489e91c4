-- Duty: the ranks that joiners by a route of an organisation bring into a role level.
-- Rule: skills and role levels of frameworks that are not active count for those that took their place; of two shares that meet, the larger.
-- Uses: active_skill, active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: recruitment_route, role_level, skill, rank, share.
SELECT recruitment_route, active_role_level.role_level, active_skill.skill, rank, max(share) AS share
FROM route_profile
JOIN recruitment_route USING (recruitment_route)
JOIN active_skill ON active_skill.found = route_profile.skill
JOIN active_role_level ON active_role_level.found = route_profile.role_level
WHERE ($scope::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR organisation IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY ALL
ORDER BY ALL
