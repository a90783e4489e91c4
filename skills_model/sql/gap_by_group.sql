-- Duty: the skills gap by any cut; every sum is the sum of its parts over organisation, role level and skill.
-- Rule: staff hold ranks as rank_count.sql says, people about whom nothing is known the share of overall_share.sql; a post is vacant where
--       an organisation has funded more of a role level than staff are in it, and holds nothing. A person counts once in each row.
-- Uses: overall_share, place_cuts
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1;
--             $by: list of cuts among organisation, icb, region, organisation_type, role_family, role, role_level, skill.
-- Columns: the eight cuts (blank where not in $by), then headcount (different people), required_fte (posts), met_low, met, met_high
--          (FTE at the required rank or above), coverage_* (met / required), staff_short_* (FTE of staff below the required rank),
--          ranks_short_* (FTE times ranks below), vacancy_short (FTE of posts without staff), vacancy_ranks_short, fte_short,
--          total_ranks_short (skill and vacancy parts together), assessed_share, and its parts staff_fte and assessed_fte.
WITH counted AS (
    SELECT
        organisation AS code,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill,
        sum(staff_fte) FILTER (rank = required_rank) AS staff_fte,
        sum(assessed_fte) FILTER (rank = required_rank) AS assessed_fte,
        sum(held_low) FILTER (rank = required_rank) AS met_low,
        sum(held) FILTER (rank = required_rank) AS met,
        sum(held_high) FILTER (rank = required_rank) AS met_high,
        sum(staff_fte) AS staff_ranks,
        sum(held_low) AS ranks_low,
        sum(held) AS ranks,
        sum(held_high) AS ranks_high,
        sum(greatest(0, budgeted_fte - staff_fte)) FILTER (rank = required_rank) AS vacancy_short,
        sum(greatest(0, budgeted_fte - staff_fte)) AS vacancy_ranks_short
    FROM rank_count
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY ALL
),
unknown AS (
    SELECT
        organisation AS code,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill,
        sum(unknown_fte * share) FILTER (rank = required_rank) AS met,
        sum(unknown_fte * share) AS ranks
    FROM rank_count
    JOIN overall_share USING (organisation, rank)
    WHERE unknown_fte > 0
    GROUP BY ALL
),
staff AS (
    SELECT organisation AS code, role_set, role_level AS needing_level, several, headcount
    FROM role_count
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
needing AS (
    SELECT DISTINCT
        role_level AS needing_level,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill
    FROM rank_count
    WHERE rank = 1
      AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
-- A person with two posts, or needing nine skills, is one person: only those with several role levels can be met twice.
people AS (
    SELECT code, role_family, role, role_level, skill, sum(headcount) AS headcount
    FROM (
        SELECT code, role_family, role, role_level, skill, headcount
        FROM staff
        JOIN needing USING (needing_level)
        WHERE NOT several
        UNION ALL
        SELECT code, role_family, role, role_level, skill, headcount
        FROM (
            SELECT DISTINCT code, role_set, role_family, role, role_level, skill, headcount
            FROM staff
            JOIN needing USING (needing_level)
            WHERE several
        )
    )
    GROUP BY ALL
),
-- Rounded before they are divided: sums of many parts differ in their last digit with the order of the rows.
sums AS (
    SELECT
        organisation, icb, region, organisation_type, role_family, role, role_level, skill,
        coalesce(sum(headcount), 0)::BIGINT AS headcount,
        round(coalesce(sum(staff_fte), 0), 9) AS staff_fte,
        round(coalesce(sum(assessed_fte), 0), 9) AS assessed_fte,
        round(coalesce(sum(met_low), 0), 9) AS met_low,
        round(coalesce(sum(met), 0), 9) AS met,
        round(coalesce(sum(met_high), 0), 9) AS met_high,
        round(coalesce(sum(staff_ranks), 0), 9) AS staff_ranks,
        round(coalesce(sum(ranks_low), 0), 9) AS ranks_low,
        round(coalesce(sum(ranks), 0), 9) AS ranks,
        round(coalesce(sum(ranks_high), 0), 9) AS ranks_high,
        round(coalesce(sum(vacancy_short), 0), 9) AS vacancy_short,
        round(coalesce(sum(vacancy_ranks_short), 0), 9) AS vacancy_ranks_short
    FROM (
        SELECT * FROM counted
        UNION ALL BY NAME
        SELECT * FROM unknown
        UNION ALL BY NAME
        SELECT * FROM people
    )
    JOIN place_cuts USING (code)
    GROUP BY ALL
)
SELECT
    organisation, icb, region, organisation_type, role_family, role, role_level, skill,
    headcount,
    round(staff_fte + vacancy_short, 6) AS required_fte,
    round(met_low, 6) AS met_low,
    round(met, 6) AS met,
    round(met_high, 6) AS met_high,
    round(met_low / nullif(staff_fte + vacancy_short, 0), 6) AS coverage_low,
    round(met / nullif(staff_fte + vacancy_short, 0), 6) AS coverage,
    round(met_high / nullif(staff_fte + vacancy_short, 0), 6) AS coverage_high,
    round(staff_fte - met_high, 6) AS staff_short_low,
    round(staff_fte - met, 6) AS staff_short,
    round(staff_fte - met_low, 6) AS staff_short_high,
    round(staff_ranks - ranks_high, 6) AS ranks_short_low,
    round(staff_ranks - ranks, 6) AS ranks_short,
    round(staff_ranks - ranks_low, 6) AS ranks_short_high,
    round(vacancy_short, 6) AS vacancy_short,
    round(vacancy_ranks_short, 6) AS vacancy_ranks_short,
    round(staff_fte + vacancy_short - met, 6) AS fte_short,
    round(staff_ranks - ranks + vacancy_ranks_short, 6) AS total_ranks_short,
    round(assessed_fte / nullif(staff_fte, 0), 6) AS assessed_share,
    round(staff_fte, 6) AS staff_fte,
    round(assessed_fte, 6) AS assessed_fte
FROM sums
ORDER BY organisation, icb, region, organisation_type, role_family, role, role_level, skill
