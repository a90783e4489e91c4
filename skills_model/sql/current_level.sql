-- Duty: the rank a person holds now in each skill that was assessed, with its range. The store rebuilds the table current_level from it.
-- Rule: tests count before evidence, evidence before a manager's view, that before one's own; of the best kind the newest counts.
--       The range is the margin of the kind, wider by $margin_stale on both sides where the assessment is older than $stale_months at
--       the latest snapshot of the organisation, and stays between 0 and the number of ranks of the framework.
-- Person-level: yes.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $kinds: kinds of assessment, the best first;
--             $margin_low, $margin_high: ranks, in the order of $kinds; $margin_stale: ranks; $stale_months: months.
-- Columns: those of the table current_level.
WITH dated AS (
    SELECT organisation, max(as_at) AS as_at FROM snapshot GROUP BY organisation
),
counting AS (
    SELECT organisation, person, skill, rank, kind, assessed_on, list_position($kinds::VARCHAR[], kind) AS place
    FROM assessment
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    QUALIFY row_number() OVER (PARTITION BY person, skill ORDER BY place, assessed_on DESC) = 1
),
margins AS (
    SELECT
        *,
        CASE WHEN assessed_on < as_at - to_months($stale_months::INTEGER) THEN $margin_stale::DOUBLE ELSE 0 END AS stale
    FROM counting
    LEFT JOIN dated USING (organisation)
    JOIN (SELECT skill, ranks FROM skill JOIN framework USING (framework) WHERE active) USING (skill)
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
