-- Duty: the names of the ranks of one framework, or of every framework in the store, active or not.
-- Reference: about no organisation.
-- Parameters: $framework: id, NULL for all.
-- Columns: those of the table framework_rank.
SELECT framework, rank, rank_label
FROM framework_rank
WHERE $framework::VARCHAR IS NULL OR framework = $framework::VARCHAR
ORDER BY framework, rank
