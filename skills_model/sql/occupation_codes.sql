-- Duty: which role levels the staff of an occupation code hold where the job title says it, as a hint to what the code means there.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, found (occupation code in lower case), role_level, fte.
SELECT organisation, lower(trim(occupation_code)) AS found, role_level, round(sum(fte), 9) AS fte
FROM latest_assignment
WHERE occupation_code IS NOT NULL AND role_level IS NOT NULL
GROUP BY ALL
ORDER BY organisation, found, fte DESC, role_level
