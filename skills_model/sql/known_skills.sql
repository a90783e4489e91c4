-- Duty: skills of every framework in the store, active or not, by which the words of a file are known.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, active, ranks (number of ranks it may be held at), skill, skill_label.
SELECT framework, active, ranks, skill, skill_label
FROM skill
JOIN (SELECT framework, active, ranks FROM framework) USING (framework)
ORDER BY framework, skill
