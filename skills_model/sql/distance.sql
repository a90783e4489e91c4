-- Duty: how many ranks each person who does not hold a role level yet is away from what it needs.
-- Rule: every rank below a required one counts as one; nobody gains by a skill held above it. Somebody who is not assessed in a skill is
--       unknown there: up to all of its ranks may be missing, and perhaps none. Of several posts the largest one gives team and role level.
-- Uses: latest_assignment, requirements
-- Person-level: yes, so only a scope with person-level access may run it by itself.
-- Parameters: $scope, $organisations: lists of organisation codes, NULL for all; $role_level: id of the role level.
-- Columns: organisation, team, person, role_level (the present one, blank where unmapped), role_level_label, held_levels (list of all
--          held now), fte, skills (needed), unknown_skills, missing (ranks, of the skills that are assessed), missing_low (at the high end
--          of each range), missing_high (at the low end, all unknown ranks included), unknown_ranks, missing_skills, unknown_names (texts).
WITH needed AS (
    SELECT framework, skill, skill_label, required_rank FROM requirements WHERE role_level = $role_level::VARCHAR
),
names AS (
    SELECT framework, rank, rank_label FROM framework_rank
),
staff AS (
    SELECT
        organisation,
        person,
        max_by(team, row(fte, -assignment)) AS team,
        max_by(role_level, row(fte, -assignment)) AS role_level,
        list_distinct(list(role_level)) AS held_levels,
        sum(fte) AS fte
    FROM latest_assignment
    GROUP BY organisation, person
    HAVING NOT coalesce(bool_or(role_level = $role_level::VARCHAR), false)
),
measured AS (
    SELECT
        organisation, person, skill_label, required_rank, current_level.rank, rank_low, rank_high,
        coalesce(now.rank_label, CASE current_level.rank WHEN 0 THEN 'none' ELSE 'rank ' || current_level.rank END) AS rank_label,
        coalesce(needs.rank_label, 'rank ' || required_rank) AS required_label
    FROM staff
    CROSS JOIN needed
    LEFT JOIN current_level USING (organisation, person, skill)
    LEFT JOIN names AS now ON now.framework = needed.framework AND now.rank = current_level.rank
    LEFT JOIN names AS needs ON needs.framework = needed.framework AND needs.rank = required_rank
),
summed AS (
    SELECT
        organisation,
        person,
        count(*) AS skills,
        count_if(rank IS NULL)::BIGINT AS unknown_skills,
        coalesce(sum(greatest(0, required_rank - rank)) FILTER (rank IS NOT NULL), 0) AS missing,
        coalesce(sum(greatest(0, required_rank - rank_high)) FILTER (rank IS NOT NULL), 0) AS missing_low,
        coalesce(sum(required_rank) FILTER (rank IS NULL), 0) AS unknown_ranks,
        coalesce(sum(greatest(0, required_rank - rank_low)) FILTER (rank IS NOT NULL), 0) AS missing_at_low_end,
        coalesce(
            string_agg(skill_label || ' (' || rank_label || ' to ' || required_label || ')', '; ' ORDER BY skill_label)
                FILTER (rank < required_rank),
            ''
        ) AS missing_skills,
        coalesce(string_agg(skill_label || ' (' || required_label || ')', '; ' ORDER BY skill_label) FILTER (rank IS NULL), '')
            AS unknown_names
    FROM measured
    GROUP BY organisation, person
)
SELECT
    organisation, team, person, role_level, role_level_label, held_levels, round(fte, 6) AS fte, skills, unknown_skills,
    missing::BIGINT AS missing,
    round(missing_low, 6) AS missing_low,
    round(missing_at_low_end + unknown_ranks, 6) AS missing_high,
    unknown_ranks::BIGINT AS unknown_ranks,
    missing_skills, unknown_names
FROM staff
JOIN summed USING (organisation, person)
LEFT JOIN (SELECT DISTINCT role_level, role_level_label FROM requirements) USING (role_level)
