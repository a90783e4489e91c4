-- Duty: how far all staff, and boards, meet what the frameworks for all staff ask, by any cut; every sum is the sum of its parts over
--       organisation, role level and skill.
-- Uses: all_staff_held, place_cuts
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; those of all_staff_held; $by: list of cuts among
--             organisation, icb, region, organisation_type, tier, staff_group, role_level, skill.
-- Columns: the eight cuts (blank where not in $by), then headcount (people), needed (people times the skills asked of them), met_low, met,
--          met_high (of needed), ranks_short_low, ranks_short, ranks_short_high (people times ranks below the required one), assessed (of
--          needed), met_assessed (those of them who meet it), from_people, from_returns (its parts), assessed_headcount,
--          people_headcount, returns_headcount (the same in people, of the skill of which most are known), evidence_headcount (of an
--          organisation's most known skill, those who stand in for others included), rank_least, rank_most (required),
--          counted (what the headcount is from).
WITH parts AS (
    SELECT
        place_cuts.organisation, icb, region, organisation_type,
        CASE WHEN list_contains($by::VARCHAR[], 'tier') THEN tier END AS tier,
        CASE WHEN list_contains($by::VARCHAR[], 'staff_group') THEN staff_group END AS staff_group,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill,
        -- Somebody who needs nine skills is one person: counted with the first of them in the row.
        row_number() OVER (alike ORDER BY all_staff_held.skill) = 1 AS first,
        max(known_people + known_returned) OVER alike AS assessed_headcount,
        max(known_people) OVER alike AS people_headcount,
        max(known_returned) OVER alike AS returns_headcount,
        -- Those who stand in for several role levels are the same people.
        row_number() OVER (row_of_code ORDER BY all_staff_held.role_level, all_staff_held.skill) = 1 AS first_of_code,
        max(evidence) OVER row_of_code AS evidence_headcount,
        headcount, required_rank, counted, known_people, known_returned, met_known, met_low, met, met_high, ranks_low, ranks, ranks_high
    FROM all_staff_held
    JOIN place_cuts ON code = all_staff_held.organisation
    WINDOW
        alike AS (
            PARTITION BY code, all_staff_held.role_level, CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN all_staff_held.skill END
        ),
        row_of_code AS (
            PARTITION BY
                code,
                CASE WHEN list_contains($by::VARCHAR[], 'tier') THEN all_staff_held.tier END,
                CASE WHEN list_contains($by::VARCHAR[], 'staff_group') THEN all_staff_held.staff_group END,
                CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN all_staff_held.role_level END,
                CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN all_staff_held.skill END
        )
)
SELECT
    organisation, icb, region, organisation_type, tier, staff_group, role_level, skill,
    sum(headcount) FILTER (first)::BIGINT AS headcount,
    sum(headcount)::BIGINT AS needed,
    round(sum(met_low), 6) AS met_low,
    round(sum(met), 6) AS met,
    round(sum(met_high), 6) AS met_high,
    round(sum(headcount * required_rank - ranks_high), 6) AS ranks_short_low,
    round(sum(headcount * required_rank - ranks), 6) AS ranks_short,
    round(sum(headcount * required_rank - ranks_low), 6) AS ranks_short_high,
    round(sum(known_people + known_returned), 6) AS assessed,
    round(sum(met_known), 6) AS met_assessed,
    round(sum(known_people), 6) AS from_people,
    round(sum(known_returned), 6) AS from_returns,
    round(sum(assessed_headcount) FILTER (first), 6) AS assessed_headcount,
    round(sum(people_headcount) FILTER (first), 6) AS people_headcount,
    round(sum(returns_headcount) FILTER (first), 6) AS returns_headcount,
    round(sum(evidence_headcount) FILTER (first_of_code), 6) AS evidence_headcount,
    min(required_rank) AS rank_least,
    max(required_rank) AS rank_most,
    string_agg(DISTINCT counted, ', ' ORDER BY counted) AS counted
FROM parts
GROUP BY organisation, icb, region, organisation_type, tier, staff_group, role_level, skill
ORDER BY organisation, icb, region, organisation_type, tier DESC, staff_group, role_level, skill
