-- Duty: the digital maturity of each organisation at its latest assessment, as a share of the best possible score.
-- Rule: every domain counts as much as any other; scores of different assessments on one day count together.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, assessed_on, maturity (share).
SELECT organisation, assessed_on, round(avg(least(score / maximum, 1)), 9) AS maturity
FROM maturity_score
WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
  AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
GROUP BY organisation, assessed_on
QUALIFY row_number() OVER (PARTITION BY organisation ORDER BY assessed_on DESC) = 1
ORDER BY organisation
