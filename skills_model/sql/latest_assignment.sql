-- Duty: the posts that people hold in the latest snapshot of each organisation; other queries build on it.
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, snapshot, as_at, person, role_level (blank where unmapped), band, fte, age_band, contract.
WITH latest AS (
    SELECT organisation, max_by(snapshot, row(as_at, snapshot)) AS snapshot, max(as_at) AS as_at
    FROM snapshot
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
)
SELECT organisation, snapshot, as_at, person, role_level, band, fte, age_band, contract
FROM latest
JOIN assignment USING (organisation, snapshot)
JOIN person USING (organisation, person)
