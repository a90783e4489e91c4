-- Duty: how many people were there at the staff list before the latest one, and how many had left and joined by then.
-- Rule: people, whatever posts they hold; only posts that a supply forecast counts (supply_staff.sql). Organisations without a staff list
--       count by the flows of their latest signed-off return, where somebody in several cells counts in each.
-- Uses: mapped_assignment, latest_return
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, from_date, as_at, there, leavers, joiners (people).
WITH listed AS (
    SELECT organisation, as_at, max(snapshot) AS snapshot
    FROM snapshot
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY organisation, as_at
),
spans AS (
    SELECT
        organisation, as_at, snapshot AS last_list,
        lag(as_at) OVER in_order AS from_date, lag(snapshot) OVER in_order AS first_list
    FROM listed
    WINDOW in_order AS (PARTITION BY organisation ORDER BY as_at)
    QUALIFY first_list IS NOT NULL AND row_number() OVER (PARTITION BY organisation ORDER BY as_at DESC) = 1
),
levels AS (
    SELECT role_level, true AS counted FROM role_level JOIN framework USING (framework) WHERE active
),
listing AS (
    SELECT
        spans.organisation, from_date, spans.as_at, person,
        bool_or(snapshot = first_list) AS was_there, bool_or(snapshot = last_list) AS is_there
    FROM spans
    JOIN mapped_assignment AS staff ON staff.organisation = spans.organisation AND snapshot IN (first_list, last_list)
    LEFT JOIN levels USING (role_level)
    WHERE counted OR NOT decided
    GROUP BY ALL
)
SELECT
    organisation, from_date, as_at,
    count(*) FILTER (WHERE was_there) AS there,
    count(*) FILTER (WHERE was_there AND NOT is_there) AS leavers,
    count(*) FILTER (WHERE is_there AND NOT was_there) AS joiners
FROM listing
GROUP BY organisation, from_date, as_at
UNION ALL
SELECT
    organisation, from_date, as_at,
    coalesce(sum(headcount) FILTER (WHERE flow = 'start'), 0)::BIGINT,
    coalesce(sum(headcount) FILTER (WHERE flow = 'left'), 0)::BIGINT,
    coalesce(sum(headcount) FILTER (WHERE flow = 'joined'), 0)::BIGINT
FROM latest_return
JOIN returned_flow USING (organisation, as_at)
GROUP BY organisation, from_date, as_at
ORDER BY organisation
