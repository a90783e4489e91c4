"""What a post costs: pay mid-band, London supplement and employer on-costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.reference import table
from skills_model.scenario import Scenario

LONDON = "Y56"


def annual_pay(bands: pd.Series, region_code: str | None, scenario: Scenario, assumptions: Assumptions) -> pd.Series:
    """Return pounds a year for one full-time post on each band, employer on-costs included.

    Salary is the middle pay point of the band (of two, their mean) in the scenario's pay year, plus the supplement of the scenario's London
    zone for organisations in London. On-costs: National Insurance above its threshold, pension on the trust's or the system's basis,
    apprenticeship levy.
    """
    salary = bands.map(_salaries(scenario.pay_year)).astype(float)
    if region_code == LONDON:
        salary = salary + _supplement(salary, scenario)
    insurance = assumptions.value("employer_ni_rate") * np.maximum(0, salary - assumptions.value("employer_ni_threshold"))
    pension = assumptions.value("employer_pension_rate", scenario.pay_basis) * salary
    levy = assumptions.value("apprenticeship_levy_rate") * salary
    return salary + insurance + pension + levy


def _salaries(year: str) -> pd.Series:
    points = table("pay_points")
    return points[points["financial_year"] == year].groupby("band")["salary"].median()


def _supplement(salary: pd.Series, scenario: Scenario) -> pd.Series:
    rows = table("high_cost_area_supplements")
    chosen = rows[(rows["financial_year"] == scenario.pay_year) & (rows["zone"] == scenario.london_zone) & rows["preferred"]]
    if chosen.empty:
        return salary * 0
    row = chosen.iloc[0]
    return (salary * row["share_of_salary"]).clip(row["minimum"], row["maximum"])
