"""What a post costs: pay mid-band, London supplement and employer on-costs; and what money of other years is worth."""

from __future__ import annotations

from math import prod
from typing import Literal

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError
from skills_model.reference import table
from skills_model.scenario import Scenario

LONDON = "Y56"


def annual_pay(
    bands: pd.Series, region_code: str | None, scenario: Scenario, assumptions: Assumptions, own: pd.DataFrame | None = None
) -> pd.Series:
    """Return pounds a year for one full-time post on each band, employer on-costs included.

    On-costs: National Insurance above its threshold, pension on the trust's or the system's basis, apprenticeship levy. `own` and what is
    raised are as in `annual_salary`.
    """
    salary = annual_salary(bands, region_code, scenario, assumptions, own)
    pension = assumptions.value("employer_pension_rate", scenario.pay_basis) * salary
    levy = assumptions.value("apprenticeship_levy_rate") * salary
    return salary + employer_insurance(salary, assumptions) + pension + levy


def annual_salary(
    bands: pd.Series, region_code: str | None, scenario: Scenario, assumptions: Assumptions, own: pd.DataFrame | None = None
) -> pd.Series:
    """Return pounds a year that one full-time member of staff on each band is paid.

    The middle pay point of the band (of two, their mean) in the scenario's pay year, plus the supplement of the scenario's London zone for
    organisations in London. `own` are pay points of the user (rows of the stored table `pay_point`), which stand in the place of the
    project's for their year and band. Raises ScenarioError where the pay year has no pay point for a band, or for London no supplement.
    """
    salary = bands.map(_salaries(scenario.pay_year, bands, own)).astype(float)
    return salary + _supplement(salary, scenario, assumptions) if region_code == LONDON else salary


def employer_insurance(pay: pd.Series, assumptions: Assumptions) -> pd.Series:
    """Return pounds a year of employer National Insurance on yearly pay."""
    return assumptions.value("employer_ni_rate") * (pay - assumptions.value("employer_ni_threshold")).clip(lower=0)


def index(year: str, of: Literal["prices", "pay"], scenario: Scenario, assumptions: Assumptions) -> float:
    """Return how many pounds of a plan's prices in a financial year are as many as one of its pay year; 1 where a plan counts in real terms.

    A budget of cash divided by it is what it buys at prices of the pay year. Pay rises by pay awards, all else by price growth.
    """
    return cash_index(year, of, scenario, assumptions) if scenario.money.prices == "cash" else 1.0


def cash_index(year: str, of: Literal["prices", "pay"], scenario: Scenario, assumptions: Assumptions) -> float:
    """Return how many pounds of cash in a financial year are as much as one pound of the pay year."""
    base, then = int(scenario.pay_year[:4]), int(year[:4])
    growth = assumptions.by_key("pay_award" if of == "pay" else "price_growth")
    between = range(min(base, then) + 1, max(base, then) + 1)
    rise = prod(1 + growth.get(f"{first}/{(first + 1) % 100:02d}", growth["other years"]) for first in between)
    return rise if then >= base else 1 / rise


def pay_years(own: pd.DataFrame | None = None) -> list[str]:
    """Return the financial years that have pay points, the project's and the user's own, sorted."""
    mine = set() if own is None else set(own["year"])
    return sorted(mine | set(table("pay_points")["financial_year"]))


def _points(own: pd.DataFrame | None) -> pd.DataFrame:
    """Return pay points: financial_year, band, salary."""
    points = table("pay_points")[["financial_year", "band", "salary"]]
    if own is None or own.empty:
        return points
    mine = own.rename(columns={"year": "financial_year"})[["financial_year", "band", "salary"]]
    replaced = pd.MultiIndex.from_frame(points[["financial_year", "band"]]).isin(pd.MultiIndex.from_frame(mine[["financial_year", "band"]]))
    return pd.concat([points[~replaced], mine.astype({"salary": float})], ignore_index=True)


def _salaries(year: str, bands: pd.Series, own: pd.DataFrame | None) -> pd.Series:
    points = _points(own)
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
