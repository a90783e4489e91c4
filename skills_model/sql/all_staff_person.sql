-- Duty: everybody on the latest staff list of each organisation, with the role level that the frameworks for all staff hold them against.
-- Rule: one role level a person, so that everybody counts once. It is the one that the source itself gives, or that the organisation's
--       mapping gives the job title, then the occupation code, where that is a role level of these frameworks (a team leader, a board
--       member); otherwise the base of the staff group, informatics staff included. Of several posts one that names such a role level comes
--       first, then the one with the most FTE.
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Uses: latest_assignment, all_staff_need
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, person, role_level (of a framework for all staff), as_at.
WITH levels AS (
    SELECT DISTINCT staff_group, role_level, base FROM all_staff_need
),
meant AS (
    SELECT organisation, subject, found, meaning FROM mapping SEMI JOIN levels ON levels.role_level = mapping.meaning
),
named AS (
    SELECT organisation, snapshot, person, assignment, arg_min(said, place) AS said
    FROM (
        SELECT organisation, snapshot, person, assignment, role_level AS said, 1 AS place
        FROM assignment
        SEMI JOIN levels USING (role_level)
        UNION ALL
        SELECT organisation, snapshot, person, assignment, meaning AS said, CASE subject WHEN 'job title' THEN 2 ELSE 3 END AS place
        FROM latest_assignment
        JOIN meant USING (organisation)
        WHERE found = lower(trim(CASE subject WHEN 'job title' THEN job_title WHEN 'occupation code' THEN occupation_code END))
    )
    GROUP BY ALL
)
SELECT organisation, person, coalesce(said, role_level) AS role_level, as_at
FROM (
    SELECT organisation, person, assignment, as_at, fte, said, own.role_level
    FROM latest_assignment
    LEFT JOIN named USING (organisation, snapshot, person, assignment)
    LEFT JOIN (SELECT staff_group, role_level FROM levels WHERE base) AS own USING (staff_group)
)
WHERE coalesce(said, role_level) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY organisation, person ORDER BY said IS NULL, fte DESC, assignment) = 1
