-- Duty: the rank a person holds now in each skill that was assessed, with its range. The store rebuilds the table current_level from it.
-- Rule: an assessment counts for the active skills that its skill stands for, and for a skill of a framework that is not active as it is.
--       Tests count before evidence, evidence before a manager's view, that before one's own; of the best kind the newest counts; of those
--       of one day, which two skills that became one may have, the higher rank. The range is the margin of the kind, wider by $margin_stale
--       on both sides where the assessment is older than $stale_months at the latest snapshot of the organisation. Rank and range stay
--       between 0 and the number of ranks of the framework.
-- Person-level: yes.
-- Uses: active_skill
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $kinds: kinds of assessment, the best first;
--             $margin_low, $margin_high: ranks, in the order of $kinds; $margin_stale: ranks; $stale_months: months.
-- Columns: those of the table current_level.
WITH dated AS (
    SELECT organisation, max(as_at) AS as_at FROM snapshot GROUP BY organisation
),
ranked AS (
    SELECT skill, max_by(ranks, row(active, ranks)) AS ranks, bool_or(active) AS active
    FROM skill
    JOIN framework USING (framework)
    GROUP BY skill
),
counts_for AS (
    SELECT found, skill, ranks FROM active_skill JOIN ranked USING (skill)
    UNION ALL
    SELECT skill, skill, ranks FROM ranked WHERE NOT active
),
-- Kind, then date, then rank as one number, the least of which counts: much faster than to sort by the three.
judged AS (
    SELECT
        organisation, person, counts_for.skill, ranks, rank, kind, assessed_on,
        list_position($kinds::VARCHAR[], kind) AS place,
        place * 10000000 - (assessed_on - DATE '1900-01-01') * 10 - rank AS precedence
    FROM assessment
    JOIN counts_for ON counts_for.found = assessment.skill
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
),
counting AS (
    SELECT
        organisation, person, skill,
        any_value(ranks) AS ranks,
        arg_min(struct_pack(rank, kind, assessed_on, place), precedence) AS best
    FROM judged
    GROUP BY organisation, person, skill
),
margins AS (
    SELECT
        organisation, person, skill, ranks, best.kind AS kind, best.assessed_on AS assessed_on, best.place AS place,
        least(best.rank, ranks) AS rank,
        CASE WHEN best.assessed_on < as_at - to_months($stale_months::INTEGER) THEN $margin_stale::DOUBLE ELSE 0 END AS stale
    FROM counting
    LEFT JOIN dated USING (organisation)
)
SELECT
    organisation,
    person,
    skill,
    rank,
    greatest(0, least(ranks, rank - ($margin_low::DOUBLE[])[place] - stale)) AS rank_low,
    greatest(0, least(ranks, rank + ($margin_high::DOUBLE[])[place] + stale)) AS rank_high,
    kind,
    assessed_on
FROM margins
ORDER BY organisation, person, skill
