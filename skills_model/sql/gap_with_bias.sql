-- Duty: the skills gap by any cut, if everybody's own view of their rank were so much too high.
-- Rule: that of gap_by_group.sql; one's own view, low, middle and high, is lowered by $self_bias, never below 0.
-- Uses: rank_count, gap_by_group
-- Parameters: those of gap_by_group.sql; $self_bias: ranks.
-- Columns: those of gap_by_group.sql.
SELECT * FROM gap_by_group
