-- Duty: what is left of the suggested cover of a whole organisation if an age band goes; exact, so what is shown of it is protected after.
-- Rule: that of cover_left.sql, whatever targets are set: who chooses the ranks that are counted could take single people out of a count.
-- Uses: no_cover_target as cover_target, cover_left
-- Parameters: those of cover_left.sql.
-- Columns: those of cover_left.sql.
SELECT * FROM cover_left
