-- Duty: every post that anybody held in any snapshot, with the role level that it counts for now.
-- Rule: the role level that the source itself gives; where it gives none, what the organisation's mapping says of the job title, then of
--       the occupation code. A role level of a framework that is not active counts for the one that took its place.
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Uses: active_role_level
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, snapshot, person, assignment, age_band, team, staff_group, job_title, occupation_code, role_level (blank where
--          unmapped), decided (false where nobody has said what the title or code means), band, fte, contract, start_date, end_date.
WITH said AS (
    SELECT organisation, subject, found, meaning
    FROM mapping
    WHERE subject IN ('job title', 'occupation code')
),
-- A ward manager or a chair has a role level, though not one that gaps are about.
of_all_staff AS (
    SELECT DISTINCT role_level
    FROM role_level
    SEMI JOIN (SELECT framework FROM framework WHERE measured_on = 'all staff') USING (framework)
),
told AS (
    SELECT
        assignment.*,
        coalesce(assignment.role_level, title.meaning, CASE WHEN title.found IS NULL THEN code.meaning END) AS meant,
        assignment.role_level IS NOT NULL OR title.found IS NOT NULL OR code.found IS NOT NULL AS decided
    FROM assignment
    LEFT JOIN said AS title
        ON title.organisation = assignment.organisation AND title.subject = 'job title' AND title.found = lower(trim(job_title))
    LEFT JOIN said AS code
        ON code.organisation = assignment.organisation AND code.subject = 'occupation code' AND code.found = lower(trim(occupation_code))
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], assignment.organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], assignment.organisation))
)
SELECT
    organisation, snapshot, person, assignment, age_band, team, staff_group, job_title, occupation_code,
    active_role_level.role_level,
    decided AND (meant IS NULL OR active_role_level.role_level IS NOT NULL OR of_all_staff.role_level IS NOT NULL) AS decided,
    band, fte, contract, start_date, end_date
FROM told
LEFT JOIN active_role_level ON active_role_level.found = meant
LEFT JOIN of_all_staff ON of_all_staff.role_level = meant
