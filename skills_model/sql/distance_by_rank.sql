-- Duty: how many holders of one role level are how far away from another, in steps of $within ranks.
-- Rule: where less than the share $known of the needed skills is assessed, too little is known to say how far somebody is.
-- Uses: distance
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $held_level: id of the role level held now; $role_level:
--             id of the other one; $within: ranks; $known: share, 0 to 1.
-- Columns: missing_from, missing_to (ranks, of the skills that are assessed; blank where too little is known), headcount (people),
--          with_unknown (those among them with skills that are not assessed).
WITH steps AS (
    SELECT
        unknown_skills,
        CASE WHEN skills - unknown_skills >= $known::DOUBLE * skills THEN ceil(missing / greatest(1, $within::BIGINT))::BIGINT END AS step
    FROM distance
    WHERE list_contains(held_levels, $held_level::VARCHAR)
)
SELECT
    CASE WHEN step > 0 THEN (step - 1) * greatest(1, $within::BIGINT) + 1 ELSE step END AS missing_from,
    step * greatest(1, $within::BIGINT) AS missing_to,
    count(*) AS headcount,
    count_if(unknown_skills > 0)::BIGINT AS with_unknown
FROM steps
GROUP BY step
ORDER BY step NULLS LAST
