-- Duty: how many people should hold each skill, at which rank, in every team and in the whole of every organisation.
-- Rule: what the user has set counts; for a skill that posts there need and for which nothing is set, a target is suggested: the rank that
--       most people there need (of two, the higher), and $cover_people people, or as many as need that rank where they are fewer.
--       A skill of a framework that is not active counts for the one that took its place; of two targets that meet there, the larger.
-- Uses: latest_assignment, requirements, active_skill
-- Person-level: yes, since it is made of the needs of single people; only sums of it are shown.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $cover_people: people.
-- Columns: organisation, team (empty for the whole organisation), skill, rank, people, suggested.
WITH posts AS (
    SELECT organisation, team, person, role_level FROM latest_assignment
    UNION ALL
    SELECT organisation, '' AS team, person, role_level FROM latest_assignment
),
needs AS (
    SELECT organisation, team, person, skill, max(required_rank) AS required_rank
    FROM posts
    JOIN requirements USING (role_level)
    GROUP BY ALL
),
ranks AS (
    SELECT organisation, team, skill, required_rank AS rank, count(*) AS needing
    FROM needs
    GROUP BY ALL
),
most AS (
    SELECT
        organisation, team, skill, rank,
        least($cover_people::BIGINT, sum(needing) OVER (PARTITION BY organisation, team, skill ORDER BY rank DESC)) AS people
    FROM ranks
    QUALIFY row_number() OVER (PARTITION BY organisation, team, skill ORDER BY needing DESC, rank DESC) = 1
),
said AS (
    SELECT organisation, team, active_skill.skill, max_by(rank, row(people, rank)) AS rank, max(people) AS people
    FROM cover_target
    JOIN active_skill ON active_skill.found = cover_target.skill
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY ALL
)
SELECT organisation, team, skill, rank, people, false AS suggested FROM said
UNION ALL
SELECT organisation, team, skill, rank, people::BIGINT AS people, true AS suggested
FROM most
ANTI JOIN said USING (organisation, team, skill)
