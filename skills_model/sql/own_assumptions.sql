-- Duty: the user's own values that count instead of the project's assumptions.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: assumption, key (empty: every key that has no row of its own), value, low, high, source, owner.
SELECT assumption, key, value, low, high, source, owner
FROM assumption
ORDER BY assumption, key
