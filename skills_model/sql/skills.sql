-- Duty: skills of the active frameworks, with their names.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, skill, skill_label, ranks (number of ranks it may be held at).
SELECT framework, skill, skill_label, ranks
FROM skill
JOIN (SELECT framework, ranks FROM framework WHERE active) USING (framework)
ORDER BY skill
