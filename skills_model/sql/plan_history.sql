-- Duty: how many staff joined between each staff list of an organisation and the next; what it has achieved before.
-- Uses: staff_flows
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $until: date of the last list that counts, NULL for all.
-- Columns: organisation, from_date, as_at, start (FTE at the first date), joined (FTE), left (FTE).
SELECT
    organisation, from_date, as_at,
    coalesce(sum(fte) FILTER (flow = 'start'), 0) AS start,
    coalesce(sum(fte) FILTER (flow = 'joined'), 0) AS joined,
    coalesce(sum(fte) FILTER (flow = 'left'), 0) AS "left"
FROM staff_flows
GROUP BY organisation, from_date, as_at
ORDER BY organisation, as_at
