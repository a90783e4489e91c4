-- Duty: who holds a role level, and which rank each of them holds of the skills that it needs; in no order of merit.
-- Uses: latest_assignment, requirements
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $role_level: id of the role level.
-- Columns: organisation, team, person, fte (in the role level), skill, skill_label, required_rank, rank, rank_low, rank_high, kind,
--          assessed_on (blank where not assessed).
SELECT
    organisation, team, person, round(fte, 6) AS fte, skill, skill_label, required_rank, rank, rank_low, rank_high, kind, assessed_on
FROM (
    SELECT organisation, max_by(team, row(fte, -assignment)) AS team, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    WHERE role_level = $role_level::VARCHAR
    GROUP BY organisation, person, role_level
)
JOIN requirements USING (role_level)
LEFT JOIN current_level USING (organisation, person, skill)
ORDER BY organisation, team, person, skill
