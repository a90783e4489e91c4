-- Duty: which rank of which skill a role level needs, in the active frameworks, with names.
-- Rule: a skill that is not active, since another version of its framework took its place, is needed as the active one that it counts for;
--       where two became one, at the higher rank.
-- Reference: about no organisation.
-- Uses: active_skill
-- Parameters: none.
-- Columns: framework, role_family, role, role_level, role_level_label, skill, skill_label, required_rank.
WITH active AS (SELECT framework FROM framework WHERE active)
SELECT
    requirement.framework, role_family, role, role_level, role_level_label, active_skill.skill, skill_label,
    max(required_rank) AS required_rank
FROM requirement
SEMI JOIN active USING (framework)
JOIN (SELECT role_family, role, role_level, role_level_label FROM role_level SEMI JOIN active USING (framework)) USING (role_level)
JOIN active_skill ON active_skill.found = requirement.skill
JOIN (SELECT skill, skill_label FROM skill SEMI JOIN active USING (framework)) AS named ON named.skill = active_skill.skill
GROUP BY ALL
ORDER BY role_family, role, role_level, active_skill.skill
