-- Duty: what skills and role levels of one framework are in another, with their names.
-- Reference: about no organisation.
-- Parameters: $framework, $other: ids of frameworks, NULL for any; either may be the one compared from.
-- Columns: those of the table crosswalk, then label_from, label_to (blank where the framework does not have the id).
WITH named AS (
    SELECT 'skill' AS subject, framework, skill AS id, skill_label AS label FROM skill
    UNION ALL
    SELECT 'role level', framework, role_level, role_level_label FROM role_level
)
SELECT
    crosswalk.subject, framework_from, id_from, framework_to, id_to, relation, confidence, source,
    one.label AS label_from, other.label AS label_to
FROM crosswalk
LEFT JOIN named AS one ON one.subject = crosswalk.subject AND one.framework = framework_from AND one.id = id_from
LEFT JOIN named AS other ON other.subject = crosswalk.subject AND other.framework = framework_to AND other.id = id_to
WHERE ($framework::VARCHAR IS NULL OR $framework::VARCHAR IN (framework_from, framework_to))
  AND ($other::VARCHAR IS NULL OR $other::VARCHAR IN (framework_from, framework_to))
ORDER BY crosswalk.subject, framework_from, id_from, framework_to, id_to
