-- Duty: the job titles and occupation codes of staff whose role level nobody has said yet, with how many people and FTE hang on each.
-- Rule: somebody without a role level is counted under the job title and again under the occupation code, since either can tell it.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, subject (job title or occupation code), found (in lower case), headcount (people), fte.
WITH open AS (
    SELECT organisation, person, fte, lower(trim(job_title)) AS title, lower(trim(occupation_code)) AS code
    FROM latest_assignment
    WHERE NOT decided
)
SELECT organisation, 'job title' AS subject, title AS found, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM open
GROUP BY ALL
UNION ALL
SELECT organisation, 'occupation code' AS subject, code AS found, count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM open
WHERE code IS NOT NULL
GROUP BY ALL
ORDER BY organisation, subject, fte DESC, found
