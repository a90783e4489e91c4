-- Duty: FTE that hold each rank of each required skill, if everybody's own view of their rank were so much too high.
-- Rule: that of held_by_group.sql; one's own view, low, middle and high, is lowered by $self_bias, never below 0.
-- Uses: rank_count, held_by_group
-- Parameters: those of held_by_group.sql; $self_bias: ranks.
-- Columns: those of held_by_group.sql.
SELECT * FROM held_by_group
