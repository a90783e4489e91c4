-- Duty: what each member of staff needs for the role levels they hold and what they hold of it, so that training places can be suggested.
-- Rule: of several posts the largest one gives the team. Only posts, levels and assessments are looked at: age, sickness, leave, contract and
--       predictions of leaving are no part of it, so that people on leave and part-timers are treated as everybody.
-- Uses: latest_assignment, requirements
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, person, team, role_level, fte (of the person in the role level), skill, required_rank, rank (blank where nobody has
--          assessed it).
WITH posts AS (
    SELECT organisation, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    SEMI JOIN requirements USING (role_level)
    GROUP BY ALL
),
teams AS (
    SELECT organisation, person, max_by(team, row(fte, -assignment)) AS team FROM latest_assignment GROUP BY ALL
)
SELECT organisation, person, team, role_level, round(fte, 6) AS fte, skill, required_rank, current_level.rank
FROM posts
JOIN teams USING (organisation, person)
JOIN requirements USING (role_level)
LEFT JOIN current_level USING (organisation, person, skill)
ORDER BY organisation, person, role_level, skill
