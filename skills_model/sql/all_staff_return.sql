-- Duty: the counts of aggregate returns that count now, by role level of the frameworks for all staff.
-- Rule: the latest return of an organisation, staff group and skill counts, parts of the staff group together; where it was judged in
--       several ways, the best: test, evidence, manager, self.
-- Uses: all_staff_need
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $kinds: kinds of assessment, the best first.
-- Columns: organisation, role_level, skill, as_at, kind, place (of the kind among $kinds), rank (-1 not assessed), headcount (people).
WITH levels AS (
    SELECT DISTINCT staff_group, role_level, staff FROM all_staff_need
    UNION
    SELECT DISTINCT staff_group, role_level, staff_group AS staff FROM all_staff_need WHERE base
)
SELECT
    organisation, role_level, skill, as_at, kind, list_position($kinds::VARCHAR[], kind) AS place, rank, headcount
FROM aggregate_return
JOIN (SELECT staff AS staff_group, staff_group AS whole, role_level FROM levels) USING (staff_group)
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
QUALIFY dense_rank() OVER (PARTITION BY organisation, whole, skill ORDER BY as_at DESC, place) = 1
