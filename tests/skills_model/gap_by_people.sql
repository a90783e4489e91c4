-- Duty: the gap, counted person by person at every question: what the counts that the store keeps must come to (test_gap.py).
-- Uses: held_by_group
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1;
--             $by: list of cuts among organisation, icb, region, organisation_type, role_family, role, role_level, skill.
-- Columns: the eight cuts (blank where not in $by), then headcount (different people), required_fte (posts), met_low, met, met_high
--          (FTE at the required rank or above), coverage_* (met / required), staff_short_* (FTE of staff below the required rank),
--          ranks_short_* (FTE times ranks below), vacancy_short (FTE of posts without staff), vacancy_ranks_short, fte_short,
--          total_ranks_short (skill and vacancy parts together), assessed_share, and its parts staff_fte and assessed_fte.
WITH cuts AS (
    SELECT
        organisation AS code,
        CASE WHEN list_contains($by::VARCHAR[], 'organisation') THEN organisation END AS organisation,
        CASE WHEN list_contains($by::VARCHAR[], 'icb') THEN icb_code END AS icb,
        CASE WHEN list_contains($by::VARCHAR[], 'region') THEN region_code END AS region,
        CASE WHEN list_contains($by::VARCHAR[], 'organisation_type') THEN organisation_type END AS organisation_type
    FROM organisation
),
parts AS (
    SELECT
        organisation AS code,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill,
        sum(posts) FILTER (rank = required_rank) AS required_fte,
        sum(staff_fte) FILTER (rank = required_rank) AS staff_fte,
        sum(assessed_fte) FILTER (rank = required_rank) AS assessed_fte,
        sum(held_low) FILTER (rank = required_rank) AS met_low,
        sum(held) FILTER (rank = required_rank) AS met,
        sum(held_high) FILTER (rank = required_rank) AS met_high,
        sum(staff_fte - held_high) AS ranks_short_low,
        sum(staff_fte - held) AS ranks_short,
        sum(staff_fte - held_low) AS ranks_short_high,
        sum(posts - staff_fte) AS vacancy_ranks_short
    FROM held_by_group
    GROUP BY ALL
),
sums AS (
    SELECT
        organisation, icb, region, organisation_type, role_family, role, role_level, skill,
        sum(required_fte) AS required_fte,
        sum(staff_fte) AS staff_fte,
        sum(assessed_fte) AS assessed_fte,
        sum(met_low) AS met_low,
        sum(met) AS met,
        sum(met_high) AS met_high,
        sum(ranks_short_low) AS ranks_short_low,
        sum(ranks_short) AS ranks_short,
        sum(ranks_short_high) AS ranks_short_high,
        sum(vacancy_ranks_short) AS vacancy_ranks_short
    FROM parts
    JOIN cuts USING (code)
    GROUP BY ALL
),
-- A person with two posts, or needing nine skills, is one person.
needing AS (
    SELECT DISTINCT
        role_level AS needing_level,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill
    FROM requirements
),
people AS (
    SELECT
        cuts.organisation, icb, region, organisation_type, role_family, role, needing.role_level, skill,
        count(DISTINCT person) AS headcount
    FROM latest_assignment
    JOIN cuts ON cuts.code = latest_assignment.organisation
    JOIN needing ON needing.needing_level = latest_assignment.role_level
    GROUP BY ALL
)
SELECT
    sums.organisation, sums.icb, sums.region, sums.organisation_type, sums.role_family, sums.role, sums.role_level, sums.skill,
    coalesce(headcount, 0) AS headcount,
    round(required_fte, 6) AS required_fte,
    round(met_low, 6) AS met_low,
    round(met, 6) AS met,
    round(met_high, 6) AS met_high,
    round(met_low / nullif(required_fte, 0), 6) AS coverage_low,
    round(met / nullif(required_fte, 0), 6) AS coverage,
    round(met_high / nullif(required_fte, 0), 6) AS coverage_high,
    round(staff_fte - met_high, 6) AS staff_short_low,
    round(staff_fte - met, 6) AS staff_short,
    round(staff_fte - met_low, 6) AS staff_short_high,
    round(ranks_short_low, 6) AS ranks_short_low,
    round(ranks_short, 6) AS ranks_short,
    round(ranks_short_high, 6) AS ranks_short_high,
    round(required_fte - staff_fte, 6) AS vacancy_short,
    round(vacancy_ranks_short, 6) AS vacancy_ranks_short,
    round(required_fte - met, 6) AS fte_short,
    round(ranks_short + vacancy_ranks_short, 6) AS total_ranks_short,
    round(assessed_fte / nullif(staff_fte, 0), 6) AS assessed_share,
    round(staff_fte, 6) AS staff_fte,
    round(assessed_fte, 6) AS assessed_fte
FROM sums
LEFT JOIN people
    ON sums.organisation IS NOT DISTINCT FROM people.organisation
    AND sums.icb IS NOT DISTINCT FROM people.icb
    AND sums.region IS NOT DISTINCT FROM people.region
    AND sums.organisation_type IS NOT DISTINCT FROM people.organisation_type
    AND sums.role_family IS NOT DISTINCT FROM people.role_family
    AND sums.role IS NOT DISTINCT FROM people.role
    AND sums.role_level IS NOT DISTINCT FROM people.role_level
    AND sums.skill IS NOT DISTINCT FROM people.skill
ORDER BY sums.organisation, sums.icb, sums.region, sums.organisation_type, sums.role_family, sums.role, sums.role_level, sums.skill
