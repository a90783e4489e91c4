-- Duty: how many people stand behind what a gap says of skills, by any cut, so that a result in which they are few can be protected.
-- Rule: where somebody of a role level is assessed in a skill, those of them who are; where nobody is, those whose ranks stand in for
--       theirs by rank_count.sql and overall_share.sql: of the role family in the skill, and where nobody is there either, of the
--       organisation. Of organisations that count by their return nobody knows who is who, so at least so many: those of the role levels
--       in the skill of which most are assessed, less those who may be in several.
-- Uses: latest_assignment, requirements, place_cuts, latest_return
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all;
--             $by: list of cuts among organisation, icb, region, organisation_type, role_family, role, role_level, skill.
-- Columns: the eight cuts (blank where not in $by), then assessed_headcount (different people assessed), evidence_headcount (with those
--          who stand in for others), unsure_headcount (people of returns who may be assessed or not), doubtful (returns of which it is not
--          sure that anybody is not assessed, nor that all are). Nobody of either, no row.
WITH cuts AS (
    SELECT
        role_level AS needing_level,
        skill AS needed_skill,
        role_family AS family,
        CASE WHEN list_contains($by::VARCHAR[], 'role_family') THEN role_family END AS role_family,
        CASE WHEN list_contains($by::VARCHAR[], 'role') THEN role END AS role,
        CASE WHEN list_contains($by::VARCHAR[], 'role_level') THEN role_level END AS role_level,
        CASE WHEN list_contains($by::VARCHAR[], 'skill') THEN skill END AS skill
    FROM requirements
),
known AS (
    SELECT DISTINCT organisation AS code, person, needing_level, needed_skill, family
    FROM latest_assignment AS staff
    JOIN cuts ON needing_level = staff.role_level
    JOIN current_level USING (organisation, person)
    WHERE current_level.skill = needed_skill
),
empty AS (
    SELECT organisation AS code, role_level AS needing_level, skill AS needed_skill, role_family AS family
    FROM rank_count
    WHERE rank = 1 AND staff_fte > 0 AND assessed_headcount = 0
      AND ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
family_known AS (
    SELECT DISTINCT code, family, needed_skill, person FROM known
),
code_known AS (
    SELECT DISTINCT code, person FROM known
),
borrowing AS (
    SELECT DISTINCT code, needed_skill, empty.family, role_family, role, role_level, skill
    FROM empty
    JOIN cuts USING (needing_level, needed_skill)
),
behind AS (
    SELECT code, role_family, role, role_level, skill, person, true AS assessed
    FROM known
    JOIN cuts USING (needing_level, needed_skill)
    UNION ALL
    SELECT code, role_family, role, role_level, skill, person, false
    FROM borrowing
    JOIN family_known USING (code, family, needed_skill)
    UNION ALL
    SELECT code, role_family, role, role_level, skill, person, false
    FROM (
        SELECT DISTINCT code, role_family, role, role_level, skill
        FROM borrowing
        ANTI JOIN family_known USING (code, family, needed_skill)
    )
    JOIN code_known USING (code)
),
persons AS (
    SELECT code, role_family, role, role_level, skill, person, bool_or(assessed) AS assessed FROM behind GROUP BY ALL
),
returned AS (
    SELECT
        rank_count.organisation AS code, rank_count.role_level AS needing_level, rank_count.skill AS needed_skill, family,
        cuts.role_family, cuts.role, cuts.role_level, cuts.skill, assessed_headcount
    FROM rank_count
    SEMI JOIN latest_return ON latest_return.organisation = rank_count.organisation
    JOIN cuts ON needing_level = rank_count.role_level AND needed_skill = rank_count.skill
    WHERE rank = 1
),
twice AS (
    SELECT organisation AS code, sum(headcount) AS headcount
    FROM (
        SELECT organisation, role_set, max(headcount) * (count(*) - 1) AS headcount
        FROM role_count
        SEMI JOIN latest_return USING (organisation)
        WHERE several
        GROUP BY ALL
    )
    GROUP BY ALL
),
in_levels AS (
    SELECT code, role_family, role, role_level, skill, needing_level, max(assessed_headcount) AS assessed, sum(assessed_headcount) AS at_most
    FROM returned
    GROUP BY ALL
),
holding AS (
    SELECT organisation AS code, role_level AS needing_level, sum(headcount) AS headcount FROM role_count GROUP BY ALL
),
assessed_returned AS (
    SELECT
        code, role_family, role, role_level, skill,
        greatest(max(assessed), sum(assessed) - any_value(coalesce(twice.headcount, 0))) AS assessed,
        sum(holding.headcount) AS people,
        greatest(0, sum(greatest(0, holding.headcount - at_most)) - any_value(coalesce(twice.headcount, 0))) AS unassessed
    FROM in_levels
    JOIN holding USING (code, needing_level)
    LEFT JOIN twice USING (code)
    GROUP BY ALL
),
family_returned AS (
    SELECT code, family, needed_skill, greatest(max(assessed), sum(assessed) - any_value(coalesce(headcount, 0))) AS assessed
    FROM (
        SELECT DISTINCT code, family, needed_skill, needing_level, assessed_headcount AS assessed FROM returned
    )
    LEFT JOIN twice USING (code)
    GROUP BY ALL
),
code_returned AS (
    SELECT code, greatest(max(assessed), sum(assessed) - any_value(coalesce(headcount, 0))) AS assessed
    FROM (SELECT code, needing_level, max(assessed_headcount) AS assessed FROM returned GROUP BY ALL)
    LEFT JOIN twice USING (code)
    GROUP BY ALL
),
lent AS (
    SELECT
        code, role_family, role, role_level, skill,
        max(coalesce(nullif(family_returned.assessed, 0), code_returned.assessed)) AS assessed
    FROM borrowing
    JOIN family_returned USING (code, family, needed_skill)
    JOIN code_returned USING (code)
    GROUP BY ALL
),
people AS (
    SELECT code, role_family, role, role_level, skill, count(*) FILTER (assessed) AS assessed, count(*) AS evidence, 0 AS unsure, 0 AS doubtful
    FROM persons
    GROUP BY ALL
    UNION ALL
    SELECT
        code, role_family, role, role_level, skill,
        max(assessed) AS assessed, max(evidence) AS evidence, max(unsure) AS unsure, max(doubtful) AS doubtful
    FROM (
        SELECT
            code, role_family, role, role_level, skill, assessed, assessed AS evidence,
            people - assessed - unassessed AS unsure,
            (people > assessed AND unassessed = 0)::INTEGER AS doubtful
        FROM assessed_returned
        UNION ALL
        SELECT code, role_family, role, role_level, skill, 0, assessed, 0, 0 FROM lent
    )
    GROUP BY ALL
    HAVING max(evidence) > 0
)
SELECT
    organisation, icb, region, organisation_type, role_family, role, role_level, skill,
    sum(assessed)::BIGINT AS assessed_headcount,
    sum(evidence)::BIGINT AS evidence_headcount,
    sum(unsure)::BIGINT AS unsure_headcount,
    sum(doubtful)::BIGINT AS doubtful
FROM people
JOIN place_cuts USING (code)
GROUP BY ALL
ORDER BY organisation, icb, region, organisation_type, role_family, role, role_level, skill
