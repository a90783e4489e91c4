-- Duty: which skills of one framework are part of wider ones of the same framework.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: framework, skill, wider_skill.
SELECT framework_from AS framework, id_from AS skill, id_to AS wider_skill
FROM crosswalk
WHERE subject = 'skill' AND relation = 'broader' AND framework_from = $framework::VARCHAR AND framework_to = $framework::VARCHAR
ORDER BY id_from, id_to
