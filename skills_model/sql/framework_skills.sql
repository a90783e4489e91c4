-- Duty: the skills of one framework, active or not.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: those of the table skill.
SELECT framework, skill, skill_label
FROM skill
WHERE framework = $framework::VARCHAR
ORDER BY skill
