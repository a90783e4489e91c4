-- Duty: every framework in the store with the versions of its series, whether active or not.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, series, label, version, ranks, active.
SELECT framework, series, label, version, ranks, active
FROM framework
ORDER BY series, framework
