-- Duty: no cover target that anybody has set. Instead of the table, so that whatever is built on it goes by suggestions alone.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: those of the table cover_target.
SELECT * FROM main.cover_target WHERE false
