-- Duty: staff who are at most $within ranks away from a role level, in the order of team and pseudonym and in no order of merit.
-- Rule: certainly where even all unknown ranks missing would leave them within reach; possibly where only some of those might be missing,
--       and at least the share $known of the needed skills is assessed. Of the others too little is known to say.
-- Uses: distance
-- Person-level: yes, so only a scope with person-level access may run it.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $role_level: id; $within: ranks; $known: share, 0 to 1.
-- Columns: those of distance without held_levels, then certain (true, or false for possibly).
SELECT
    organisation, team, person, role_level, role_level_label, fte, skills, unknown_skills, missing, missing_low, missing_high, unknown_ranks,
    missing_skills, unknown_names,
    missing + unknown_ranks <= $within::BIGINT AS certain
FROM distance
WHERE missing <= $within::BIGINT
  AND (missing + unknown_ranks <= $within::BIGINT OR skills - unknown_skills >= $known::DOUBLE * skills)
ORDER BY organisation, team, person
