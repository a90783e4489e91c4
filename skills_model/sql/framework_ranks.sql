-- Duty: the names of the ranks of one framework, active or not.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: those of the table framework_rank.
SELECT framework, rank, rank_label
FROM framework_rank
WHERE framework = $framework::VARCHAR
ORDER BY rank
