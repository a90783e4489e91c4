-- Duty: the names of the ranks of the frameworks that are measured on all staff.
-- Uses: all_staff_need
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, rank, rank_label.
SELECT framework, rank, rank_label
FROM framework_rank
SEMI JOIN all_staff_need USING (framework)
ORDER BY framework, rank
