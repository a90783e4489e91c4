-- Duty: the band that most posts of a role level are funded at now.
-- Uses: latest_establishment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: role_level, band, budgeted_fte (all posts of the role level).
SELECT role_level, max_by(band, row(fte, band)) AS band, sum(fte) AS budgeted_fte
FROM (SELECT role_level, band, sum(budgeted_fte) AS fte FROM latest_establishment GROUP BY ALL)
GROUP BY role_level
ORDER BY role_level
