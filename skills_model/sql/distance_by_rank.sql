-- Duty: how many holders of one role level are how many ranks away from another.
-- Uses: distance
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $held_level: id of the role level held now; $role_level:
--             id of the other one.
-- Columns: missing (ranks, of the skills that are assessed), headcount (people), with_unknown (those among them with skills not assessed).
SELECT missing, count(*) AS headcount, count_if(unknown_skills > 0)::BIGINT AS with_unknown
FROM distance
WHERE list_contains(held_levels, $held_level::VARCHAR)
GROUP BY missing
ORDER BY missing
