-- Duty: the required ranks of every framework in the store, active or not, by which the same release is known again.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, role_level, skill, required_rank.
SELECT framework, role_level, skill, required_rank
FROM requirement
ORDER BY framework, role_level, skill
