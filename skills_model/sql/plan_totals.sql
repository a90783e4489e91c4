-- Duty: what each adopted plan came to when it was adopted: ranks short at its end, FTE started, pounds of its lines.
-- Rule: read from the milestones of its last day as they were then, whatever was changed of them since; a plan itself is a text of
--       millions of letters, of which hundreds take a minute to read.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: plan, ranks_short, fte, pounds.
WITH told AS (
    SELECT plan, measure, due, target, import_run FROM milestone
    UNION ALL
    SELECT content ->> 'plan', content ->> 'measure', (content ->> 'due')::DATE, (content ->> 'target')::DOUBLE, from_import
    FROM replaced_row
    WHERE of_table = 'milestone'
),
own AS (
    SELECT told.*
    FROM told
    JOIN adopted_plan USING (plan, import_run)
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
last_day AS (SELECT plan, max(due) AS due FROM own GROUP BY plan)
SELECT
    plan,
    coalesce(sum(target) FILTER (measure = 'ranks short'), 0) AS ranks_short,
    coalesce(sum(target) FILTER (measure = 'starts'), 0) AS fte,
    coalesce(sum(target) FILTER (measure = 'spending'), 0) AS pounds
FROM own
JOIN last_day USING (plan, due)
GROUP BY plan
ORDER BY plan
