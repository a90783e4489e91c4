-- Duty: funded posts by role level, and the temporary staff that cover vacancies now.
-- Uses: latest_establishment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, role_level, role_family, band, budgeted_fte, bank_fte, agency_fte.
SELECT organisation, role_level, role_family, band, budgeted_fte, bank_fte, agency_fte
FROM latest_establishment
JOIN (SELECT role_level, role_family FROM role_level JOIN framework USING (framework) WHERE active) USING (role_level)
ORDER BY organisation, role_level
