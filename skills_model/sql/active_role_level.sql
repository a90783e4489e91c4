-- Duty: which role level of the active frameworks a role level of any framework counts for, at most one, so that nobody counts twice.
-- Rule: an active role level counts for itself. Any other counts for the one that is exactly the same by the crosswalk, in either
--       direction, over any number of frameworks on the way; of several the one that the crosswalk names at first hand, the surest before
--       the others, then the first by id. The same id in two versions of a series is the same role level.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: found (role level of any framework), role_level.
WITH RECURSIVE known AS (
    SELECT framework, series, active, role_level FROM role_level JOIN framework USING (framework)
),
exact AS (
    SELECT framework_from, id_from, framework_to, id_to, confidence FROM crosswalk WHERE subject = 'role level' AND relation = 'exact'
),
same AS (
    SELECT framework_from AS framework, id_from AS role_level, framework_to AS other_framework, id_to AS other, confidence FROM exact
    UNION ALL
    SELECT framework_to, id_to, framework_from, id_from, confidence FROM exact
    UNION ALL
    SELECT one.framework, one.role_level, other.framework, other.role_level, 1
    FROM known AS one
    JOIN known AS other USING (series, role_level)
    WHERE one.framework <> other.framework
),
-- From every role level that is not active along what is the same, as far as the first active one on the way.
reached AS (
    SELECT role_level AS found, framework, role_level, active
    FROM known
    WHERE role_level NOT IN (SELECT role_level FROM known WHERE active)
    UNION
    SELECT reached.found, known.framework, known.role_level, known.active
    FROM reached
    JOIN same ON same.framework = reached.framework AND same.role_level = reached.role_level
    JOIN known ON known.framework = same.other_framework AND known.role_level = same.other
    WHERE NOT reached.active
),
named AS (
    SELECT role_level AS found, other AS role_level, max(confidence) AS confidence FROM same GROUP BY ALL
)
SELECT DISTINCT role_level AS found, role_level FROM known WHERE active
UNION ALL
SELECT found, role_level
FROM (SELECT DISTINCT found, role_level FROM reached WHERE active)
LEFT JOIN named USING (found, role_level)
QUALIFY row_number() OVER (PARTITION BY found ORDER BY confidence DESC NULLS LAST, role_level) = 1
