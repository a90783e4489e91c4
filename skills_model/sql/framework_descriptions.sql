-- Duty: what a user's own download says of the roles, role levels and skills of one framework.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: those of the table description.
SELECT framework, subject, id, rank, text
FROM description
WHERE framework = $framework::VARCHAR
ORDER BY subject, id, rank
