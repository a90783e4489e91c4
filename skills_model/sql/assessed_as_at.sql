-- Duty: how many people stand behind what a gap says of skills, by any cut, as was known at a date.
-- Rule: that of assessed_by_group.sql.
-- Uses: known_snapshot as snapshot, known_assessment as assessment, known_establishment as establishment, known_return as organisation_return, current_level, rank_count, assessed_by_group
-- Parameters: those of assessed_by_group.sql and current_level.sql; $as_at: date.
-- Columns: those of assessed_by_group.sql.
SELECT * FROM assessed_by_group
