-- Duty: by role level, how many FTE stand at which ranks of the skills that a course develops together, so that nobody is counted as
--       lacking all of them who lacks only some.
-- Rule: of the skills of a course those that the role level needs, where they are two or more; ranks above the needed one count as that
--       one. A rank that is known of only some of the skills tells no pattern: people of whom not all ranks are known are shared out over
--       the patterns of those of whom they are. Where nobody's are, there is no pattern.
-- Uses: latest_assignment, requirements
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $courses, $skills: lists of the same length, one place
--             for each skill that a course develops.
-- Columns: course, role_level, pattern (skill=rank joined by +, by skill), fte.
WITH develops AS (
    SELECT DISTINCT course, skill
    FROM (SELECT unnest($courses::VARCHAR[]) AS course, unnest($skills::VARCHAR[]) AS skill)
),
needed AS (
    SELECT course, role_level, skill, required_rank, count(*) OVER (PARTITION BY course, role_level) AS skills
    FROM develops
    JOIN requirements USING (skill)
    QUALIFY skills > 1
),
staff AS (
    SELECT organisation, person, role_level, sum(fte) AS fte
    FROM latest_assignment
    WHERE role_level IS NOT NULL
    GROUP BY ALL
),
-- One row a person and course, of those alone of whom every rank is known.
told AS (
    SELECT
        organisation, person, course, role_level, any_value(fte) AS fte,
        string_agg(skill || '=' || least(rank, required_rank)::INTEGER, '+' ORDER BY skill) AS pattern
    FROM staff
    JOIN needed USING (role_level)
    JOIN current_level USING (organisation, person, skill)
    GROUP BY organisation, person, course, role_level, skills
    HAVING count(*) = skills
),
whole AS (
    SELECT role_level, sum(fte) AS fte FROM staff GROUP BY ALL
),
alike AS (
    SELECT course, role_level, pattern, sum(fte) AS fte FROM told GROUP BY ALL
)
-- Sums of many parts differ in their last digit from run to run; rounding makes a result the same every time.
SELECT
    course, role_level, pattern,
    round(alike.fte * whole.fte / sum(alike.fte) OVER (PARTITION BY course, role_level), 9) AS fte
FROM alike
JOIN whole USING (role_level)
ORDER BY course, role_level, pattern
