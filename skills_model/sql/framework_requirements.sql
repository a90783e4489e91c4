-- Duty: which rank of which skill the role levels of one framework need, active or not.
-- Rule: a skill that the framework takes from another has the name it has there, in an active framework before others.
-- Reference: about no organisation.
-- Parameters: $framework: id.
-- Columns: those of the table requirement, then skill_framework (framework that defines the skill), skill_label.
WITH named AS (
    SELECT
        skill,
        min_by(framework, row(framework <> $framework::VARCHAR, NOT active, framework)) AS skill_framework,
        min_by(skill_label, row(framework <> $framework::VARCHAR, NOT active, framework)) AS skill_label
    FROM skill
    JOIN framework USING (framework)
    GROUP BY skill
)
SELECT framework, role_level, skill, required_rank, skill_framework, skill_label
FROM requirement
JOIN named USING (skill)
WHERE framework = $framework::VARCHAR
ORDER BY role_level, skill
