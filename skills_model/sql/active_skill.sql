-- Duty: which skills of the active frameworks a skill of any framework counts for; skills that count for none are not listed.
-- Rule: an active skill counts for itself. Any other counts for the active ones that are exactly the same by the crosswalk, in either
--       direction, over any number of frameworks on the way. The same id in two versions of a series is the same skill.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: found (skill of any framework), skill.
WITH RECURSIVE known AS (
    SELECT framework, series, active, skill FROM skill JOIN framework USING (framework)
),
exact AS (
    SELECT framework_from, id_from, framework_to, id_to FROM crosswalk WHERE subject = 'skill' AND relation = 'exact'
),
same AS (
    SELECT framework_from AS framework, id_from AS skill, framework_to AS other_framework, id_to AS other FROM exact
    UNION ALL
    SELECT framework_to, id_to, framework_from, id_from FROM exact
    UNION ALL
    SELECT one.framework, one.skill, other.framework, other.skill
    FROM known AS one
    JOIN known AS other USING (series, skill)
    WHERE one.framework <> other.framework
),
-- From every skill that is not active along what is the same, as far as the first active skill on the way.
reached AS (
    SELECT skill AS found, framework, skill, active FROM known WHERE skill NOT IN (SELECT skill FROM known WHERE active)
    UNION
    SELECT reached.found, known.framework, known.skill, known.active
    FROM reached
    JOIN same ON same.framework = reached.framework AND same.skill = reached.skill
    JOIN known ON known.framework = same.other_framework AND known.skill = same.other
    WHERE NOT reached.active
)
SELECT DISTINCT skill AS found, skill FROM known WHERE active
UNION ALL
SELECT DISTINCT found, skill FROM reached WHERE active
