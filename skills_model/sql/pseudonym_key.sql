-- Duty: which key the pseudonyms of the store were made with, as a fingerprint that says nothing about anybody.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: fingerprint (of the key noted last; no row where none was made yet).
SELECT detail AS fingerprint
FROM audit_log
WHERE action = 'pseudonym key'
ORDER BY entry DESC
LIMIT 1
