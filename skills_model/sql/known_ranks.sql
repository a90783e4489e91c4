-- Duty: the names of the ranks of every framework in the store, active or not, by which the words of a file are known.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, rank, rank_label.
SELECT framework, rank, rank_label
FROM framework_rank
ORDER BY framework, rank
