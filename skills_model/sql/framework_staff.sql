-- Duty: how many staff in post, and funded posts, have role levels that fare alike when frameworks change.
-- Uses: latest_assignment, latest_establishment, returned_set
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $role_levels, $fates: role levels and what becomes of
--             each, two lists of one length; $each: whether every role level has a row of its own.
-- Columns: fate, role_level (blank unless $each), headcount (people), fte, budgeted_fte.
WITH fated AS (
    SELECT unnest($role_levels::VARCHAR[]) AS role_level, unnest($fates::VARCHAR[]) AS fate
),
listed AS (
    SELECT fate, CASE WHEN $each::BOOLEAN THEN role_level END AS role_level, count(DISTINCT person) AS headcount, sum(fte) AS fte
    FROM latest_assignment
    JOIN fated USING (role_level)
    GROUP BY ALL
),
returned AS (
    SELECT fate, role_level, sum(headcount) AS headcount, sum(fte) AS fte
    FROM (
        SELECT
            fate, CASE WHEN $each::BOOLEAN THEN role_level END AS role_level, organisation, role_set,
            max(headcount) AS headcount, sum(fte) AS fte
        FROM returned_set
        JOIN fated USING (role_level)
        GROUP BY ALL
    )
    GROUP BY ALL
),
staff AS (
    SELECT fate, role_level, sum(headcount)::BIGINT AS headcount, sum(fte) AS fte
    FROM (SELECT * FROM listed UNION ALL BY NAME SELECT * FROM returned)
    GROUP BY ALL
),
posts AS (
    SELECT fate, CASE WHEN $each::BOOLEAN THEN role_level END AS role_level, sum(budgeted_fte) AS budgeted_fte
    FROM latest_establishment
    JOIN fated USING (role_level)
    GROUP BY ALL
)
SELECT
    cuts.fate,
    cuts.role_level,
    coalesce(headcount, 0) AS headcount,
    round(coalesce(fte, 0), 6) AS fte,
    round(coalesce(budgeted_fte, 0), 6) AS budgeted_fte
FROM (SELECT DISTINCT fate, CASE WHEN $each::BOOLEAN THEN role_level END AS role_level FROM fated) AS cuts
LEFT JOIN staff ON staff.fate = cuts.fate AND staff.role_level IS NOT DISTINCT FROM cuts.role_level
LEFT JOIN posts ON posts.fate = cuts.fate AND posts.role_level IS NOT DISTINCT FROM cuts.role_level
ORDER BY cuts.fate, cuts.role_level
