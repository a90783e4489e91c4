-- Duty: role levels of the active frameworks, with their names.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, role_family, role_family_label, role, role_label, role_level, role_level_label, level_number, suggested_band.
SELECT framework, role_family, role_family_label, role, role_label, role_level, role_level_label, level_number, suggested_band
FROM role_level
SEMI JOIN (SELECT framework FROM framework WHERE active) USING (framework)
ORDER BY role_family, role, level_number, role_level
