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
    SELECT skill, max_by(ranks, row(active, ranks)) AS ranks, bool_or(active) AS active FROM skill JOIN framework USING (framework) GROUP BY skill
),
counts_for AS (
    SELECT found, skill, ranks FROM active_skill JOIN ranked USING (skill)
    UNION ALL
    SELECT skill, skill, ranks FROM ranked WHERE NOT active
),
counting AS (
    SELECT
        organisation, person, counts_for.skill, least(rank, ranks) AS rank, ranks, kind, assessed_on,
        list_position($kinds::VARCHAR[], kind) AS place
    FROM assessment
    JOIN counts_for ON counts_for.found = assessment.skill
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    QUALIFY row_number() OVER (PARTITION BY person, counts_for.skill ORDER BY place, assessed_on DESC, rank DESC) = 1
),
margins AS (
    SELECT
        *,
        CASE WHEN assessed_on < as_at - to_months($stale_months::INTEGER) THEN $margin_stale::DOUBLE ELSE 0 END AS stale
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
