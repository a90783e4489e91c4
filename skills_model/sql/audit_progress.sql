-- Duty: for the newest self-assessment form of each team, how many of those asked have answered.
-- Rule: a person has returned the form once there is a self-assessment of theirs dated on or after the day it was written.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, name, team, issued_on, asked, returned (people), last_return (date; blank without one).
WITH newest AS (
    SELECT organisation, team, max(issued_on) AS issued_on, max_by(headcount, issued_on) AS asked
    FROM audit_form
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY ALL
),
-- The first look is at the few assessments since the first of the forms; who is in the team comes after.
answered AS (
    SELECT organisation, person, assessed_on
    FROM assessment
    SEMI JOIN newest USING (organisation)
    WHERE kind = 'self' AND assessed_on >= (SELECT min(issued_on) FROM newest)
),
returns AS (
    SELECT organisation, team, count(DISTINCT person) AS returned, max(assessed_on) AS last_return
    FROM newest
    JOIN (SELECT DISTINCT organisation, team, person FROM latest_assignment WHERE role_level IS NOT NULL) AS staff USING (organisation, team)
    JOIN answered USING (organisation, person)
    WHERE assessed_on >= issued_on
    GROUP BY ALL
)
SELECT organisation, name, team, issued_on, asked, least(asked, coalesce(returned, 0)) AS returned, last_return
FROM newest
JOIN (SELECT organisation, name FROM organisation) USING (organisation)
LEFT JOIN returns USING (organisation, team)
ORDER BY organisation, team
