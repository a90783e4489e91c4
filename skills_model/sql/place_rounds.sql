-- Duty: rounds of suggested training places, newest first, with how far managers have decided.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $round: id of one round, NULL for all.
-- Columns: those of the table place_round, then places (suggested), people (different), accepted, changed, declined, open (places without
--          a decision), challenged.
WITH decided AS (
    SELECT round, place, decision, challenge FROM place_decision
)
SELECT
    place_round.round, organisation, run, purpose, seed, suggested_on, claimed, assigned,
    count(place.place)::BIGINT AS places,
    count(DISTINCT place.person)::BIGINT AS people,
    count(*) FILTER (decision = 'accepted')::BIGINT AS accepted,
    count(*) FILTER (decision = 'changed')::BIGINT AS changed,
    count(*) FILTER (decision = 'declined')::BIGINT AS declined,
    count(*) FILTER (place.place IS NOT NULL AND decision IS NULL)::BIGINT AS open,
    count(*) FILTER (challenge <> '')::BIGINT AS challenged
FROM place_round
LEFT JOIN (SELECT round, place, person FROM place) AS place USING (round)
LEFT JOIN decided ON decided.round = place_round.round AND decided.place = place.place
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
  AND ($round::VARCHAR IS NULL OR place_round.round = $round::VARCHAR)
GROUP BY ALL
ORDER BY suggested_on DESC, place_round.round DESC
