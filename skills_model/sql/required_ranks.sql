-- Duty: the skills and ranks that one role level needs, with the names of the ranks.
-- Reference: about no organisation.
-- Uses: requirements
-- Parameters: $role_level: id of the role level.
-- Columns: skill, skill_label, required_rank, rank_label.
SELECT skill, skill_label, required_rank, coalesce(rank_label, 'rank ' || required_rank) AS rank_label
FROM requirements
LEFT JOIN framework_rank ON framework_rank.framework = requirements.framework AND framework_rank.rank = required_rank
WHERE role_level = $role_level::VARCHAR
ORDER BY skill_label
