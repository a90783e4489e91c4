-- Duty: which rank of which skill a role level needs, in the active frameworks, with names.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, role_family, role, role_level, role_level_label, skill, skill_label, required_rank.
WITH active AS (SELECT framework FROM framework WHERE active)
SELECT requirement.framework, role_family, role, role_level, role_level_label, skill, skill_label, required_rank
FROM requirement
SEMI JOIN active USING (framework)
JOIN (SELECT role_family, role, role_level, role_level_label FROM role_level SEMI JOIN active USING (framework)) USING (role_level)
JOIN (SELECT skill, skill_label FROM skill SEMI JOIN active USING (framework)) USING (skill)
ORDER BY role_family, role, role_level, skill
