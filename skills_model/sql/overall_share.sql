-- Duty: what share of staff is taken to hold a rank where nobody of the role family is assessed in the skill.
-- Rule: as many as hold it of the assessed people of the organisation whose posts need it, over all skills; where nobody at all is
--       assessed, $unassessed_share. The people who need a rank differ from rank to rank, so the share is kept from rising: nobody holds
--       rank 3 without rank 2.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $unassessed_share: share, 0 to 1.
-- Columns: organisation, rank, share.
SELECT
    organisation,
    rank,
    min(coalesce(share, $unassessed_share::DOUBLE)) OVER (PARTITION BY organisation ORDER BY rank) AS share
FROM (
    SELECT organisation, rank, sum(assessed_held) / nullif(sum(assessed_fte), 0) AS share
    FROM rank_count
    WHERE ($scope::VARCHAR[] IS NULL OR list_contains($scope::VARCHAR[], organisation))
      AND ($organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation))
    GROUP BY ALL
)
