-- Duty: the age band of staff, for the one statutory rule of funding that depends on age (apprenticeships of level 7).
-- Rule: asked only where such an apprenticeship is on offer; no other part of suggested places reads ages.
-- Uses: latest_assignment
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all.
-- Columns: organisation, person, age_band.
SELECT organisation, person, any_value(age_band) AS age_band
FROM latest_assignment
GROUP BY ALL
ORDER BY organisation, person
