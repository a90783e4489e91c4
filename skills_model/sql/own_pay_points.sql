-- Duty: pay points of the user, which count instead of the project's for their financial year.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: year, band, step, years_experience, salary (pounds), source.
SELECT year, band, step, years_experience, salary, source
FROM pay_point
ORDER BY year, band, step
