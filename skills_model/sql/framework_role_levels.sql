-- Duty: the role levels of one framework, active or not.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: those of the table role_level.
SELECT framework, role_family, role_family_label, role, role_label, role_level, role_level_label, level_number, suggested_band
FROM role_level
WHERE framework = $framework::VARCHAR
ORDER BY role_family, role, level_number, role_level
