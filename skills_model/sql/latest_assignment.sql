-- Duty: the posts that people hold in the latest snapshot of each organisation; other queries build on it.
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Uses: mapped_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, snapshot, as_at, person, assignment, age_band, team, staff_group, job_title, occupation_code, role_level (blank
--          where unmapped), decided (false where nobody has said what the title or code means), band, fte, contract, end_date.
WITH latest AS (
    SELECT organisation, max_by(snapshot, row(as_at, snapshot)) AS snapshot, max(as_at) AS as_at
    FROM snapshot
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation
)
SELECT
    organisation, snapshot, as_at, person, assignment, age_band, team, staff_group, job_title, occupation_code, role_level, decided,
    band, fte, contract, end_date
FROM latest
JOIN mapped_assignment USING (organisation, snapshot)
