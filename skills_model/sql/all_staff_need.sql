-- Duty: what the frameworks that are measured on all staff ask of whom: of each staff group, of its team leaders, of each seat of a board.
-- Rule: a staff group is what the first level of a role is called after the name of its role family: 'Digital literacy: Students' is about
--       the staff group Students, 'Board: executive director' about part of the staff group Board. Of the role levels of a staff group the
--       most junior one, and of those the one that asks least, is its base: what is said of a staff group as a whole, or of a member of it
--       who is not named as anything else, is held against the base. Of the versions of one framework the active one counts, otherwise the
--       newest.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: framework, ranks (of the framework), tier, tier_label (role family), staff_group, role_level, staff (what lists and returns
--          call those whom the role level is about), base (whether it is what is asked of the staff group as a whole), skill, skill_label,
--          required_rank.
WITH counting AS (
    SELECT framework, ranks
    FROM framework
    WHERE measured_on = 'all staff'
    QUALIFY row_number() OVER (PARTITION BY series ORDER BY active DESC, version DESC) = 1
),
named AS (
    SELECT *, replace(role_level_label, role_family_label || ': ', '') AS staff
    FROM role_level
    JOIN counting USING (framework)
),
parted AS (
    SELECT *, split_part(first_value(staff) OVER (PARTITION BY framework, role ORDER BY level_number), ': ', 1) AS staff_group
    FROM named
),
asked AS (
    SELECT framework, role_level, sum(required_rank) AS ranks_asked FROM requirement GROUP BY ALL
),
based AS (
    SELECT *, row_number() OVER (PARTITION BY framework, staff_group ORDER BY level_number, ranks_asked, role_level) = 1 AS base
    FROM parted
    JOIN asked USING (framework, role_level)
)
SELECT
    framework, ranks, role_family AS tier, role_family_label AS tier_label, staff_group, role_level, staff, base,
    skill, coalesce(skill_label, skill) AS skill_label, required_rank
FROM based
JOIN requirement USING (framework, role_level)
LEFT JOIN (SELECT skill, any_value(skill_label ORDER BY framework) AS skill_label FROM skill GROUP BY skill) USING (skill)
ORDER BY tier DESC, staff_group, base DESC, role_level, skill
