-- Duty: what happened to staff between two dates, from staff lists and, of organisations without any, from their signed-off returns.
-- Uses: staff_flows
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $until: date of the last fact that counts, NULL for all.
-- Columns: organisation, from_date, as_at, flow (start, joined, left, moved, hours, end; returns have the first four), role_family,
--          role_level, age_band, to_role_family, to_role_level (of movers, what they came to; blank otherwise), fte, returned.
WITH levels AS (
    SELECT role_level, role_family FROM role_level JOIN framework USING (framework) WHERE active
),
returned AS (
    SELECT returned_flow.*
    FROM returned_flow
    ANTI JOIN snapshot USING (organisation)
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
      AND ($until::DATE IS NULL OR as_at <= $until::DATE)
)
SELECT
    organisation, from_date, as_at, flow, role_family, role_level, age_band, to_role_family, to_role_level,
    round(sum(fte), 9) AS fte, false AS returned
FROM staff_flows
GROUP BY ALL
UNION ALL
SELECT
    organisation, from_date, as_at, flow, here.role_family, here.role_level, age_band,
    there.role_family AS to_role_family, there.role_level AS to_role_level, round(sum(fte), 9) AS fte, true AS returned
FROM returned
LEFT JOIN levels AS here ON here.role_level = returned.role_level
LEFT JOIN levels AS there ON there.role_level = returned.to_role_level
GROUP BY ALL
ORDER BY ALL
