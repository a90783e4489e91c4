-- Duty: the ranks of the active frameworks, with their names and, where a user's own download says it, what each means for each skill.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, framework_label, rank, rank_label (empty where it has no name), skill, text (both blank where nothing is said).
WITH numbered AS (
    SELECT framework, label AS framework_label, unnest(range(1, ranks + 1)) AS rank
    FROM framework
    WHERE active
),
described AS (
    SELECT framework, id AS skill, rank, text FROM description WHERE subject = 'skill' AND rank > 0
)
SELECT framework, framework_label, rank, coalesce(rank_label, '') AS rank_label, skill, text
FROM numbered
LEFT JOIN framework_rank USING (framework, rank)
LEFT JOIN described USING (framework, rank)
ORDER BY framework, rank, skill
