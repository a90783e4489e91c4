-- Duty: the skills that the people of each team need for the role levels they hold in it, each once, with the level held now.
-- Rule: somebody with two posts in a team needs the higher rank of each skill, and stands under the role level of the larger post.
-- Uses: latest_assignment, requirements
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, team, person, role_family, role, level_number, role_level, role_level_label, framework (of the skill), skill,
--          skill_label, required_rank, rank, kind, assessed_on (blank where nothing is held of the skill yet).
WITH active AS (SELECT framework FROM framework WHERE active),
levels AS (
    SELECT role_level, role_family, role, role_level_label, level_number FROM role_level SEMI JOIN active USING (framework)
),
posts AS (
    SELECT organisation, team, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    SEMI JOIN requirements USING (role_level)
    GROUP BY ALL
),
main AS (
    SELECT organisation, team, person, max_by(role_level, row(fte, role_level)) AS role_level
    FROM posts
    GROUP BY ALL
),
needs AS (
    SELECT organisation, team, person, skill, skill_label, max(required_rank) AS required_rank
    FROM posts
    JOIN requirements USING (role_level)
    GROUP BY ALL
)
SELECT
    organisation, team, person, role_family, role, level_number, role_level, role_level_label, framework, skill, skill_label,
    required_rank, rank, kind, assessed_on
FROM needs
JOIN (SELECT framework, skill FROM skill SEMI JOIN active USING (framework)) USING (skill)
JOIN main USING (organisation, team, person)
JOIN levels USING (role_level)
LEFT JOIN current_level USING (organisation, person, skill)
ORDER BY organisation, team, role_family, role, level_number, role_level, person, skill
