-- Duty: the scenarios that users of this store have written.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: scenario, label, base, author, reason, written_on, content (TOML).
SELECT scenario, label, base, author, reason, written_on, content
FROM scenario
ORDER BY scenario
