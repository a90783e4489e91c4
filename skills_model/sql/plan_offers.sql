-- Duty: what other organisations offer an organisation.
-- Rule: skills and role levels of frameworks that are not active count for those that took their place.
-- Uses: active_skill, active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: as the table support_offer.
SELECT
    from_organisation, organisation, kind, coalesce(active_role_level.role_level, '') AS role_level, coalesce(active_skill.skill, '') AS skill,
    fte, start_date, end_date, cost, travel, source
FROM support_offer
LEFT JOIN active_skill ON active_skill.found = support_offer.skill
LEFT JOIN active_role_level ON active_role_level.found = support_offer.role_level
WHERE (support_offer.skill = '' OR active_skill.skill IS NOT NULL)
  AND (support_offer.role_level = '' OR active_role_level.role_level IS NOT NULL)
  AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY from_organisation, kind, role_level, skill, start_date
