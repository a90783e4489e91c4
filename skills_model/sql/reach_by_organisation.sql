-- Duty: how many staff of each organisation are at most $within ranks away from a role level.
-- Rule: as in within_reach.
-- Uses: distance
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $role_level: id; $within: ranks; $known: share, 0 to 1.
-- Columns: organisation, name, headcount (people who do not hold it yet), certainly, possibly (people within reach), unknown (people of
--          whom too little is known to say).
SELECT
    organisation,
    name,
    count(*) AS headcount,
    count_if(missing + unknown_ranks <= $within::BIGINT)::BIGINT AS certainly,
    count_if(
        missing <= $within::BIGINT AND missing + unknown_ranks > $within::BIGINT AND skills - unknown_skills >= $known::DOUBLE * skills
    )::BIGINT AS possibly,
    count_if(
        missing <= $within::BIGINT AND missing + unknown_ranks > $within::BIGINT AND skills - unknown_skills < $known::DOUBLE * skills
    )::BIGINT AS unknown
FROM distance
JOIN (SELECT organisation, name FROM organisation) USING (organisation)
GROUP BY organisation, name
ORDER BY organisation
