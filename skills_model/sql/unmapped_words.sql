-- Duty: the job titles and occupation codes of staff whose role level nobody has said yet, with how many people and FTE hang on each.
-- Rule: somebody without a role level is counted under the job title and again under the occupation code, since either can tell it.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, subject (job title or occupation code), found (in lower case), staff_group (of all who have it; blank where they
--          are of several), headcount (people), fte.
WITH open AS (
    SELECT organisation, person, staff_group, fte, lower(trim(job_title)) AS title, lower(trim(occupation_code)) AS code
    FROM latest_assignment
    WHERE NOT decided
)
SELECT
    organisation, 'job title' AS subject, title AS found,
    CASE WHEN count(DISTINCT staff_group) = 1 THEN min(staff_group) END AS staff_group,
    count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM open
GROUP BY organisation, found
UNION ALL
SELECT
    organisation, 'occupation code' AS subject, code AS found,
    CASE WHEN count(DISTINCT staff_group) = 1 THEN min(staff_group) END AS staff_group,
    count(DISTINCT person) AS headcount, round(sum(fte), 9) AS fte
FROM open
WHERE code IS NOT NULL
GROUP BY organisation, found
ORDER BY organisation, subject, fte DESC, found
