-- Duty: for the newest self-assessment form of each team, how many of those asked have answered.
-- Rule: forms of a team written in the $round_days days up to its newest are one round, so that to write them again loses no answer. A
--       person has answered once there is a self-assessment of theirs that is dated on or after the day of the first form of the round, or
--       that came in after that form was written and is dated at most $round_days days before it: people date what they fill in as they
--       like, and older files that are taken in late are no answers.
-- Uses: latest_assignment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $round_days: days.
-- Columns: organisation, name, team, issued_on (of the newest form), asked, returned (people), last_return (date of the newest answer;
--          blank without one).
WITH issues AS (
    SELECT organisation, team, issued_on, headcount, import_run FROM audit_form
    UNION ALL
    -- Forms that were written again on the same day: an answer may have come in between.
    SELECT content ->> 'organisation', content ->> 'team', (content ->> 'issued_on')::DATE, (content ->> 'headcount')::INTEGER, from_import
    FROM replaced_row
    WHERE of_table = 'audit_form'
),
newest AS (
    SELECT organisation, team, max(issued_on) AS issued_on, max_by(headcount, row(issued_on, import_run)) AS asked
    FROM issues
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY ALL
),
rounds AS (
    SELECT organisation, team, min(issues.issued_on) AS started_on, min(import_run) AS started_with
    FROM newest
    JOIN issues USING (organisation, team)
    WHERE issues.issued_on >= newest.issued_on - $round_days::INTEGER
    GROUP BY ALL
),
-- The first look is at the few assessments of about the time of the forms; who is in the team comes after.
answered AS (
    SELECT organisation, person, assessed_on, import_run
    FROM assessment
    SEMI JOIN rounds USING (organisation)
    WHERE kind = 'self' AND assessed_on >= (SELECT min(started_on) FROM rounds) - $round_days::INTEGER
),
returns AS (
    SELECT organisation, team, count(DISTINCT person) AS returned, max(assessed_on) AS last_return
    FROM rounds
    JOIN (SELECT DISTINCT organisation, team, person FROM latest_assignment WHERE role_level IS NOT NULL) AS staff USING (organisation, team)
    JOIN answered USING (organisation, person)
    WHERE assessed_on >= started_on OR (import_run > started_with AND assessed_on >= started_on - $round_days::INTEGER)
    GROUP BY ALL
)
SELECT organisation, name, team, issued_on, asked, least(asked, coalesce(returned, 0)) AS returned, last_return
FROM newest
JOIN (SELECT organisation, name FROM organisation) USING (organisation)
LEFT JOIN returns USING (organisation, team)
ORDER BY organisation, team
