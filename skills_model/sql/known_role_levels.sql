-- Duty: role levels of every framework in the store, active or not, by which the words of a file are known.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, active, role, role_level, role_level_label, level_number.
SELECT framework, active, role, role_level, role_level_label, level_number
FROM role_level
JOIN (SELECT framework, active FROM framework) USING (framework)
ORDER BY framework, role_level
