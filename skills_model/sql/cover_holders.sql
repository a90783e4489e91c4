-- Duty: the people without whom a skill falls below cover, one row a target and person, in no order of merit.
-- Uses: cover_people, cover
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $cover_people: people.
-- Columns: organisation, team (empty for the whole organisation), skill, person, fte (in the team).
SELECT organisation, team, skill, person, round(cover_people.fte, 6) AS fte
FROM cover_people
JOIN cover USING (organisation, team, skill)
WHERE holds AND held <= people
ORDER BY organisation, team, skill, person
