-- Duty: the ranks that staff in post lack, by team, role level and skill.
-- Rule: somebody who is not assessed in a skill counts as holding $unassessed_share of the required rank.
-- Uses: latest_assignment, requirements
-- Person-level: yes, since teams can be small; only sums of it are shown.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share.
-- Columns: team, role_level, skill, headcount (people), short (ranks x FTE).
SELECT
    team, role_level, requirements.skill, count(DISTINCT latest_assignment.person) AS headcount,
    sum(fte * greatest(required_rank - coalesce(current_level.rank, required_rank * $unassessed_share::DOUBLE), 0)) AS short
FROM latest_assignment
JOIN requirements USING (role_level)
LEFT JOIN current_level
    ON current_level.organisation = latest_assignment.organisation
   AND current_level.person = latest_assignment.person
   AND current_level.skill = requirements.skill
GROUP BY ALL
ORDER BY ALL
