-- Duty: how far the assessments behind a gap can be trusted, by any cut.
-- Rule: of the assessments that count by current_level.sql, each once for every role level of the person that needs the skill: their
--       age at the latest staff list of the organisation, whether that makes them old, and whether they are one's own view. Two kinds of
--       assessment are compared where neither is old, the newest of each kind, so that what was learned over years is no disagreement;
--       they disagree where they are $apart ranks apart or more.
-- Uses: latest_assignment, requirements, active_skill, place_cuts
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $stale_months: months; $apart: ranks;
--             $count_people: whether the people of a few kinds are counted too, which takes longer;
--             $by: list of cuts among organisation, icb, region, organisation_type, role_family, role, role_level, skill.
-- Columns: the eight cuts (blank where not in $by), then headcount (people assessed), assessments, old, own, compared, apart (numbers of
--          assessments), old_headcount, own_headcount, compared_headcount, apart_headcount (people with any such assessment; 0 unless
--          $count_people), median_age (months).
WITH staff AS (
    SELECT DISTINCT organisation, as_at, person, role_level FROM latest_assignment WHERE role_level IS NOT NULL
),
dated AS (
    SELECT organisation, max(as_at) AS as_at FROM staff GROUP BY organisation
),
views AS (
    SELECT organisation, person, active_skill.skill, kind, max_by(rank, row(assessed_on, rank)) AS rank
    FROM assessment
    JOIN dated USING (organisation)
    JOIN active_skill ON active_skill.found = assessment.skill
    WHERE assessed_on >= as_at - to_months($stale_months::INTEGER)
    GROUP BY ALL
),
compared AS (
    SELECT organisation, person, skill, max(rank) - min(rank) AS ranks FROM views GROUP BY ALL HAVING count(*) > 1
),
needed AS (
    SELECT
        role_level AS needing_level,
        skill AS needed_skill,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill
    FROM requirements
),
counting AS (
    SELECT
        staff.organisation AS code, staff.person, needed.role_family, needed.role, needed.role_level, needed.skill,
        greatest(0, datesub('month', assessed_on, as_at)) AS age,
        assessed_on < as_at - to_months($stale_months::INTEGER) AS old,
        kind = 'self' AS own,
        compared.ranks
    FROM staff
    JOIN needed ON needing_level = staff.role_level
    JOIN current_level
        ON current_level.organisation = staff.organisation AND current_level.person = staff.person AND current_level.skill = needed_skill
    LEFT JOIN compared
        ON compared.organisation = staff.organisation AND compared.person = staff.person AND compared.skill = needed_skill
)
SELECT
    place_cuts.organisation, icb, region, organisation_type, role_family, role, role_level, skill,
    count(DISTINCT person) AS headcount,
    count(*) AS assessments,
    count(*) FILTER (old) AS old,
    count(*) FILTER (own) AS own,
    count(ranks) AS compared,
    count(*) FILTER (ranks >= $apart::DOUBLE) AS apart,
    count(DISTINCT person) FILTER (old AND $count_people::BOOLEAN) AS old_headcount,
    count(DISTINCT person) FILTER (own AND $count_people::BOOLEAN) AS own_headcount,
    count(DISTINCT person) FILTER (ranks IS NOT NULL AND $count_people::BOOLEAN) AS compared_headcount,
    count(DISTINCT person) FILTER (ranks >= $apart::DOUBLE AND $count_people::BOOLEAN) AS apart_headcount,
    median(age) AS median_age
FROM counting
JOIN place_cuts USING (code)
GROUP BY ALL
ORDER BY place_cuts.organisation, icb, region, organisation_type, role_family, role, role_level, skill
