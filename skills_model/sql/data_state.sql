-- Duty: which data the store holds now, so that what was worked out from other data can be told apart and every figure has its date.
-- Rule: a form that was sent or a scenario that was saved says nothing new about staff, skills or posts.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: imports (a number that every other import and every undo makes larger), as_at_first, as_at_last (dates of the latest staff lists and returns),
--          demonstration (of any).
WITH latest AS (
    SELECT organisation, max(as_at) AS as_at
    FROM (SELECT organisation, as_at FROM snapshot UNION ALL SELECT organisation, as_at FROM organisation_return)
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
),
dates AS (
    SELECT min(as_at) AS as_at_first, max(as_at) AS as_at_last FROM latest
),
imports AS (
    SELECT coalesce(max(import_run), 0) + count(undone_at) AS imports FROM import_run WHERE kind NOT IN ('audit-form', 'scenario')
),
marks AS (
    SELECT coalesce(bool_or(demonstration), false) AS demonstration
    FROM organisation
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
)
SELECT imports, as_at_first, as_at_last, demonstration
FROM dates, imports, marks
