-- Duty: what is left of the cover of a whole organisation if a team or an age band goes; exact, so what is shown of ages is protected
--       after.
-- Rule: with a team go those who hold no post elsewhere in the organisation; with an age band everybody in it.
-- Uses: latest_assignment, cover_people, cover
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $cover_people: people; $team: name of a team, or
--             $age_band: an age band; the other one is NULL.
-- Columns: organisation, group_headcount, group_fte (all who go), other_headcount (all who stay), then those of cover for the whole
--          organisation, then going (of those held), going_fte, left_low, left_over, left_high (people who hold it afterwards).
WITH people AS (
    SELECT
        organisation, person, sum(fte) AS fte,
        coalesce(bool_and(team = $team::VARCHAR), false) OR coalesce(bool_or(age_band = $age_band::VARCHAR), false) AS goes
    FROM latest_assignment
    GROUP BY ALL
),
size AS (
    SELECT
        organisation,
        count_if(goes)::BIGINT AS group_headcount,
        coalesce(sum(fte) FILTER (goes), 0) AS group_fte,
        count_if(NOT goes)::BIGINT AS other_headcount
    FROM people
    GROUP BY organisation
),
gone AS (
    SELECT
        organisation, skill,
        count_if(holds_low) AS going_low,
        count_if(holds) AS going,
        count_if(holds_high) AS going_high,
        sum(people.fte) FILTER (holds) AS going_fte
    FROM cover_people
    JOIN people USING (organisation, person)
    WHERE goes AND team = ''
    GROUP BY ALL
)
SELECT
    organisation, group_headcount, round(group_fte, 6) AS group_fte, other_headcount,
    skill, skill_label, rank, rank_label, people, suggested, held_low, held, held_high, unassessed, fte,
    coalesce(going, 0)::BIGINT AS going,
    round(coalesce(going_fte, 0), 6) AS going_fte,
    (held_low - coalesce(going_low, 0))::BIGINT AS left_low,
    (held - coalesce(going, 0))::BIGINT AS left_over,
    (held_high - coalesce(going_high, 0))::BIGINT AS left_high
FROM cover
JOIN size USING (organisation)
LEFT JOIN gone USING (organisation, skill)
WHERE team = ''
ORDER BY organisation, skill
