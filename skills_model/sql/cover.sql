-- Duty: how many people hold what each cover target asks for, and how many are missing.
-- Uses: cover_targets, cover_people
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $cover_people: people.
-- Columns: organisation, team (empty for the whole organisation), skill, skill_label, rank, rank_label, people (wanted), suggested,
--          held_low, held, held_high (people who hold it), unassessed (people whose post needs it and who are unknown; they are in
--          held_high), fte (of those who hold it), short_low, short, short_high (people missing).
WITH names AS (
    SELECT skill, skill_label, rank, rank_label
    FROM skill
    SEMI JOIN (SELECT framework FROM framework WHERE active) USING (framework)
    JOIN framework_rank USING (framework)
),
counted AS (
    SELECT
        organisation, team, skill,
        count_if(holds_low) AS held_low,
        count_if(holds) AS held,
        count_if(holds_high) AS held_high,
        count_if(NOT assessed) AS unassessed,
        sum(fte) FILTER (holds) AS fte
    FROM cover_people
    GROUP BY ALL
)
SELECT
    organisation, team, skill, coalesce(skill_label, skill) AS skill_label, rank, coalesce(rank_label, 'rank ' || rank) AS rank_label,
    people, suggested,
    coalesce(held_low, 0)::BIGINT AS held_low,
    coalesce(held, 0)::BIGINT AS held,
    coalesce(held_high, 0)::BIGINT AS held_high,
    coalesce(unassessed, 0)::BIGINT AS unassessed,
    round(coalesce(fte, 0), 6) AS fte,
    greatest(0, people - coalesce(held_high, 0))::BIGINT AS short_low,
    greatest(0, people - coalesce(held, 0))::BIGINT AS short,
    greatest(0, people - coalesce(held_low, 0))::BIGINT AS short_high
FROM cover_targets
LEFT JOIN counted USING (organisation, team, skill)
LEFT JOIN names USING (skill, rank)
ORDER BY organisation, team, skill
