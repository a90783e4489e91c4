-- Duty: the places of a round with what managers decided, in the order of their numbers, which are drawn by lot.
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $round: id of the round.
-- Columns: round, place, organisation, person, team, role_level, role_level_label, skill, skill_label, rank, rank_label, line, period,
--          band_of_need, reason, decision (blank: none yet), decision_reason, decided_by, decided_on, challenge. Names for people are those of
--          the active frameworks, the id where there is none.
WITH active AS (SELECT framework FROM framework WHERE active),
levels AS (
    SELECT role_level, any_value(role_level_label) AS role_level_label FROM role_level SEMI JOIN active USING (framework) GROUP BY ALL
),
skills AS (
    SELECT skill, any_value(skill_label) AS skill_label, any_value(framework) AS framework FROM skill SEMI JOIN active USING (framework) GROUP BY ALL
),
decisions AS (
    SELECT round, place, decision, reason AS decision_reason, decided_by, decided_on, challenge FROM place_decision
)
SELECT
    place.round, place.place, organisation, person, team,
    place.role_level, coalesce(role_level_label, place.role_level) AS role_level_label,
    place.skill, coalesce(skill_label, place.skill) AS skill_label,
    place.rank, coalesce(rank_label, 'rank ' || place.rank) AS rank_label,
    line, period, band_of_need, reason, decision, decision_reason, decided_by, decided_on, challenge
FROM place
LEFT JOIN levels USING (role_level)
LEFT JOIN skills USING (skill)
LEFT JOIN framework_rank ON framework_rank.framework = skills.framework AND framework_rank.rank = place.rank
LEFT JOIN decisions ON decisions.round = place.round AND decisions.place = place.place
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND place.round = $round::VARCHAR
ORDER BY place.place
