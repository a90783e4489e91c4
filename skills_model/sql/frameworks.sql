-- Duty: the frameworks in the store.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, label, version, publisher, licence, source, ranks, active.
SELECT framework, label, version, publisher, licence, source, ranks, active
FROM framework
ORDER BY framework
