-- Duty: the funded posts of the latest establishment of each organisation, as it was imported.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: import_run, then those of the table establishment.
WITH latest AS (
    SELECT organisation, max(as_at) AS as_at
    FROM establishment
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
)
SELECT
    import_run, organisation, as_at, role_level, band, budgeted_fte, contracted_fte, bank_fte, agency_fte, vacancy_factor, funding_end_date,
    approval_status
FROM latest
JOIN establishment USING (organisation, as_at)
ORDER BY organisation, role_level
