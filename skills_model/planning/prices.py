"""What a post costs: pay mid-band, London supplement and employer on-costs."""

from __future__ import annotations

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError
from skills_model.reference import table
from skills_model.scenario import Scenario

LONDON = "Y56"


def annual_pay(bands: pd.Series, region_code: str | None, scenario: Scenario, assumptions: Assumptions) -> pd.Series:
    """Return pounds a year for one full-time post on each band, employer on-costs included.

    On-costs: National Insurance above its threshold, pension on the trust's or the system's basis, apprenticeship levy. Raises
    ScenarioError as `annual_salary` does.
    """
    salary = annual_salary(bands, region_code, scenario, assumptions)
    pension = assumptions.value("employer_pension_rate", scenario.pay_basis) * salary
    levy = assumptions.value("apprenticeship_levy_rate") * salary
    return salary + employer_insurance(salary, assumptions) + pension + levy


def annual_salary(bands: pd.Series, region_code: str | None, scenario: Scenario, assumptions: Assumptions) -> pd.Series:
    """Return pounds a year that one full-time member of staff on each band is paid.

    The middle pay point of the band (of two, their mean) in the scenario's pay year, plus the supplement of the scenario's London zone for
    organisations in London. Raises ScenarioError where the pay year has no pay point for a band, or for London no supplement.
    """
    salary = bands.map(_salaries(scenario.pay_year, bands)).astype(float)
    return salary + _supplement(salary, scenario, assumptions) if region_code == LONDON else salary


def employer_insurance(pay: pd.Series, assumptions: Assumptions) -> pd.Series:
    """Return pounds a year of employer National Insurance on yearly pay."""
    return assumptions.value("employer_ni_rate") * (pay - assumptions.value("employer_ni_threshold")).clip(lower=0)


def _salaries(year: str, bands: pd.Series) -> pd.Series:
    points = table("pay_points")
    salaries = points[points["financial_year"] == year].groupby("band")["salary"].median()
    missing = sorted(set(bands) - set(salaries.index))
    if missing:
        complete = [str(name) for name, rows in points.groupby("financial_year") if set(bands) <= set(rows["band"])]
        found = f"'{year}', which has no pay point for band {', '.join(missing)}"
        raise ScenarioError(
            [Fault("Pay year without these bands", "scenario", None, "pay_year", found, ", ".join(complete), "Choose one of these.")]
        )
    return salaries


def _supplement(salary: pd.Series, scenario: Scenario, assumptions: Assumptions) -> pd.Series:
    """Return the supplement a year: a share of salary between a minimum and a maximum; where sources conflict, an assumption chooses."""
    rows = table("high_cost_area_supplements")
    rows = rows[(rows["financial_year"] == scenario.pay_year) & (rows["zone"] == scenario.london_zone)]
    if rows.empty:
        years = ", ".join(sorted(set(table("high_cost_area_supplements")["financial_year"])))
        found = f"'{scenario.pay_year}', which has no supplement for {scenario.london_zone}"
        raise ScenarioError([Fault("Pay year without supplements", "scenario", None, "pay_year", found, years, "Choose one of these.")])
    nearest = (rows["set"] - assumptions.value("high_cost_area_set")).abs().argmin()
    share, minimum, maximum = (float(rows[column].iloc[nearest]) for column in ("share_of_salary", "minimum", "maximum"))
    return (salary * share).clip(minimum, maximum)
