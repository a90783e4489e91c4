-- Duty: how far the assessments behind a gap can be trusted, by any cut, as was known at a date.
-- Rule: that of quality_by_group.sql.
-- Uses: known_snapshot as snapshot, known_assessment as assessment, current_level, quality_by_group
-- Parameters: those of quality_by_group.sql and current_level.sql; $as_at: date.
-- Columns: those of quality_by_group.sql.
SELECT * FROM quality_by_group
