-- Duty: what happened to staff between each staff list of an organisation and the next, by cell: who was there, joined, left, moved.
-- Rule: somebody who is in both lists has stayed, whatever became of the posts. What a stayer gives up in one cell and takes up in
--       another has moved; what is left over is a change of hours. So in every cell start + joined - left + moved to - moved from + hours
--       is end. Age bands are those of each list. Job titles count as they are mapped now, in both lists, and only posts that a supply
--       forecast counts do (supply_staff.sql); who goes from one to a post outside them has left.
-- Uses: mapped_assignment, latest_establishment
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $until: date of the last list that counts, NULL for all.
-- Columns: organisation, from_date, as_at, flow (start, joined, left, moved, hours, end), role_family, role_level, band, age_band,
--          to_role_family, to_role_level, to_band, to_age_band (of movers, what they came to; blank otherwise), headcount (people), fte
--          (of hours, negative where they fell).
WITH listed AS (
    SELECT organisation, as_at, max(snapshot) AS snapshot
    FROM snapshot
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
      AND ($until::DATE IS NULL OR as_at <= $until::DATE)
    GROUP BY organisation, as_at
),
spans AS (
    SELECT
        organisation, as_at, snapshot AS last_list,
        lag(as_at) OVER in_order AS from_date, lag(snapshot) OVER in_order AS first_list
    FROM listed
    WINDOW in_order AS (PARTITION BY organisation ORDER BY as_at)
    QUALIFY first_list IS NOT NULL
),
levels AS (
    SELECT role_level, role_family, suggested_band FROM role_level JOIN framework USING (framework) WHERE active
),
posts AS (
    SELECT organisation, role_level, band FROM latest_establishment
),
held AS (
    SELECT
        staff.organisation, snapshot, person, role_family, levels.role_level,
        CASE WHEN levels.role_level IS NOT NULL THEN coalesce(staff.band, posts.band, suggested_band) END AS band,
        age_band, fte
    FROM mapped_assignment AS staff
    LEFT JOIN levels USING (role_level)
    LEFT JOIN posts ON posts.organisation = staff.organisation AND posts.role_level = staff.role_level
    WHERE levels.role_level IS NOT NULL OR NOT decided
),
both_ends AS (
    SELECT
        spans.organisation, from_date, as_at, person, role_family, role_level, band, age_band,
        sum(fte) FILTER (WHERE snapshot = first_list) AS fte_before, sum(fte) FILTER (WHERE snapshot = last_list) AS fte_after
    FROM spans
    JOIN held ON held.organisation = spans.organisation AND snapshot IN (first_list, last_list)
    GROUP BY ALL
),
-- A person has a row for each cell they were or are in.
told AS (
    SELECT
        * EXCLUDE (fte_before, fte_after),
        coalesce(fte_before, 0) AS fte_before, coalesce(fte_after, 0) AS fte_after,
        -- Rounded, since the last digits of a sum of parts are no change of hours.
        round(greatest(coalesce(fte_before, 0) - coalesce(fte_after, 0), 0), 9) AS given,
        round(greatest(coalesce(fte_after, 0) - coalesce(fte_before, 0), 0), 9) AS taken,
        sum(given) OVER of_person AS all_given, sum(taken) OVER of_person AS all_taken,
        count(fte_before) OVER of_person > 0 AS was_there, count(fte_after) OVER of_person > 0 AS is_there
    FROM both_ends
    WINDOW of_person AS (PARTITION BY organisation, from_date, as_at, person)
),
single AS (
    SELECT 'start' AS flow, * EXCLUDE (given), fte_before AS amount FROM told WHERE fte_before > 0
    UNION ALL
    SELECT 'joined', * EXCLUDE (given), fte_after FROM told WHERE NOT was_there
    UNION ALL
    SELECT 'left', * EXCLUDE (given), fte_before FROM told WHERE NOT is_there
    UNION ALL
    SELECT 'hours', * EXCLUDE (given), taken * (1 - all_given / all_taken)
    FROM told
    WHERE was_there AND is_there AND all_taken > all_given + 1e-9 AND taken > 0
    UNION ALL
    SELECT 'hours', * EXCLUDE (given), -given * (1 - all_taken / all_given)
    FROM told
    WHERE was_there AND is_there AND all_given > all_taken + 1e-9 AND given > 0
    UNION ALL
    SELECT 'end', * EXCLUDE (given), fte_after FROM told WHERE fte_after > 0
),
moves AS (
    SELECT
        giving.organisation, giving.from_date, giving.as_at, giving.person,
        giving.role_family, giving.role_level, giving.band, giving.age_band,
        taking.role_family AS to_role_family, taking.role_level AS to_role_level, taking.band AS to_band,
        taking.age_band AS to_age_band,
        giving.given * taking.taken / greatest(giving.all_given, giving.all_taken) AS amount
    FROM told AS giving
    JOIN told AS taking USING (organisation, from_date, as_at, person)
    WHERE giving.given > 0 AND taking.taken > 0
)
SELECT
    organisation, from_date, as_at, flow, role_family, role_level, band, age_band,
    NULL::VARCHAR AS to_role_family, NULL::VARCHAR AS to_role_level, NULL::VARCHAR AS to_band, NULL::VARCHAR AS to_age_band,
    count(DISTINCT person) AS headcount, round(sum(amount), 9) AS fte
FROM single
GROUP BY ALL
UNION ALL
SELECT
    organisation, from_date, as_at, 'moved' AS flow, role_family, role_level, band, age_band,
    to_role_family, to_role_level, to_band, to_age_band,
    count(DISTINCT person) AS headcount, round(sum(amount), 9) AS fte
FROM moves
GROUP BY ALL
ORDER BY ALL
