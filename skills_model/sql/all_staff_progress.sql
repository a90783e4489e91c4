-- Duty: for every organisation, whether and when it has returned counts for all staff, and of how many people it has assessments by person.
-- Rule: the people of a return are those of the counts that count now; a staff group has as many as its largest skill.
-- Uses: all_staff_need, all_staff_person, all_staff_return
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $kinds: kinds of assessment, the best first.
-- Columns: organisation, name, first_return, last_return (dates; blank without one), returned (people), staff_groups (number returned),
--          assessed (people with an assessment of their own in any skill for all staff).
WITH told AS (
    SELECT organisation, role_level, max(people) AS people, min(as_at) AS first_return, max(as_at) AS last_return
    FROM (SELECT organisation, role_level, skill, as_at, sum(headcount) AS people FROM all_staff_return GROUP BY ALL)
    GROUP BY ALL
),
returns AS (
    SELECT
        organisation,
        min(first_return) AS first_return,
        max(last_return) AS last_return,
        sum(people)::BIGINT AS returned,
        count(DISTINCT staff_group) AS staff_groups
    FROM told
    JOIN (SELECT DISTINCT staff_group, role_level FROM all_staff_need) USING (role_level)
    GROUP BY ALL
),
people AS (
    SELECT organisation, count(DISTINCT person) AS assessed
    FROM all_staff_person
    JOIN current_level USING (organisation, person)
    SEMI JOIN all_staff_need USING (role_level, skill)
    GROUP BY ALL
)
SELECT
    organisation, name, first_return, last_return,
    coalesce(returned, 0) AS returned,
    coalesce(staff_groups, 0) AS staff_groups,
    coalesce(assessed, 0) AS assessed
FROM organisation
LEFT JOIN returns USING (organisation)
LEFT JOIN people USING (organisation)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
ORDER BY organisation
