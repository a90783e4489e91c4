-- Duty: the teams of each organisation in its latest snapshot, with their size.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, team, headcount (people), fte.
SELECT organisation, team, count(DISTINCT person) AS headcount, round(sum(fte), 6) AS fte
FROM latest_assignment
GROUP BY organisation, team
ORDER BY organisation, team
