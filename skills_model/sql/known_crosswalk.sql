-- Duty: what skills of one framework are in another, by which the words of a file that we lack the framework of are still known.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: found (id of a skill, in lower case), skill (id in another framework), confidence (0 to 1); both directions, the surest first.
WITH both_ways AS (
    SELECT subject, id_from AS found, id_to AS skill, confidence FROM crosswalk
    UNION ALL
    SELECT subject, id_to AS found, id_from AS skill, confidence FROM crosswalk
)
SELECT lower(found) AS found, skill, max(confidence) AS confidence
FROM both_ways
WHERE subject = 'skill'
GROUP BY ALL
ORDER BY confidence DESC, found, skill
