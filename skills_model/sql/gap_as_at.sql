-- Duty: the skills gap by any cut, as staff lists, assessments, establishments and returns known at a date show it.
-- Rule: that of gap_by_group.sql, with the requirements and mappings of today; one's own view is lowered by $self_bias.
-- Uses: known_snapshot as snapshot, known_assessment as assessment, known_establishment as establishment, known_return as organisation_return, current_level, role_count, rank_count, gap_by_group
-- Parameters: those of gap_by_group.sql and current_level.sql; $as_at: date; $self_bias: ranks, NULL for none.
-- Columns: those of gap_by_group.sql.
SELECT * FROM gap_by_group
