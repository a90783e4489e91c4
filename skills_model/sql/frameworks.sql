-- Duty: the frameworks in the store, the versions of a series together, with what is in each.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, series, label, version, publisher, licence, source, ranks, active, measured_on, roles, role_levels, skills,
--          requirements (counts).
SELECT
    framework, series, label, version, publisher, licence, source, ranks, active, measured_on,
    coalesce(roles, 0) AS roles,
    coalesce(role_levels, 0) AS role_levels,
    coalesce(skills, 0) AS skills,
    coalesce(requirements, 0) AS requirements
FROM framework
LEFT JOIN (SELECT framework, count(DISTINCT role) AS roles, count(*) AS role_levels FROM role_level GROUP BY framework) USING (framework)
LEFT JOIN (SELECT framework, count(*) AS skills FROM skill GROUP BY framework) USING (framework)
LEFT JOIN (SELECT framework, count(*) AS requirements FROM requirement GROUP BY framework) USING (framework)
ORDER BY series, version, framework
