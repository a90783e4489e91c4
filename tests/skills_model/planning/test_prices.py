"""Prices: the user's own pay points, and what cash of other years is worth."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.errors import ScenarioError
from skills_model.planning import build, build_world, prices
from skills_model.planning.options import Options
from skills_model.scenario import Scenario

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import tiny

BANDS = pd.Series(["5", "6"])
GROWTH = {"price_growth[2026/27]": 0.03, "price_growth[other years]": 0.02, "pay_award[2026/27]": 0.033, "pay_award[other years]": 0.025}


def own(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Return rows of the stored table `pay_point`: year, band, step, salary."""
    frame = pd.DataFrame(list(rows), columns=["year", "band", "step", "salary"]).assign(years_experience=None, source="payroll")
    return frame[list(Options().pay_points.columns)]


def test_own_pay_points_stand_in_the_place_of_the_projects_for_their_year_and_band() -> None:
    """Band 5 has the user's middle point; band 6, and every band of another year, the project's."""
    scenario, said = Scenario.load("baseline"), Assumptions.load()
    mine = own(
        (scenario.pay_year, "5", "entry", 30_000.0), (scenario.pay_year, "5", "middle", 31_000.0), (scenario.pay_year, "5", "top", 40_000.0)
    )
    usual = prices.annual_salary(BANDS, "Y60", scenario, said)
    changed = prices.annual_salary(BANDS, "Y60", scenario, said, mine)
    assert changed.tolist() == [31_000.0, usual[1]]
    other_year = own(("2024/25", "5", "entry", 30_000.0))
    assert prices.annual_salary(BANDS, "Y60", scenario, said, other_year).tolist() == usual.tolist()
    assert prices.annual_salary(BANDS, "Y60", scenario, said, own()).tolist() == usual.tolist()


def test_pay_of_a_plan_follows_own_pay_points() -> None:
    """A pay year that only the user has pay points for can be planned in; without them it is refused, with the years that there are."""
    later = tiny.scenario().changed(pay_year="2027/28")
    points = own(("2027/28", "5", "all", 40_000.0), ("2027/28", "6", "all", 50_000.0))
    inputs = dataclasses.replace(tiny.inputs(), options=dataclasses.replace(Options(), pay_points=points))
    build(inputs, later, tiny.assumptions())
    pay = build_world(inputs, later, tiny.assumptions()).groups.set_index("role_level")["pay"]
    on_costs = prices.annual_pay(BANDS, "Y60", later, tiny.assumptions(), points)
    assert pay["engineer"] == pytest.approx(on_costs[0] / 4)
    assert on_costs[0] == pytest.approx(40_000 * (1 + 0.1438 + 0.005) + 0.15 * 35_000)
    with pytest.raises(ScenarioError, match="2027/28"):
        build(tiny.inputs(), later, tiny.assumptions())
    assert prices.pay_years(points)[-1] == "2027/28"
    assert "2027/28" not in prices.pay_years()


def test_the_index_multiplies_what_each_year_adds() -> None:
    """From 2025/26, prices of 2028/29 are 1.03 x 1.02 x 1.02 as high, and those of 2025/26 as high as they are."""
    scenario, said = Scenario.load("baseline"), Assumptions.load().with_values(GROWTH)
    assert prices.cash_index("2025/26", "prices", scenario, said) == 1.0
    assert prices.cash_index("2028/29", "prices", scenario, said) == pytest.approx(1.03 * 1.02**2)
    assert prices.cash_index("2027/28", "pay", scenario, said) == pytest.approx(1.033 * 1.025)


def test_a_pay_year_within_the_plan_makes_years_before_it_cheaper() -> None:
    """Of a base year of 2027/28, a pound of 2026/27 is 1 / 1.02 and one of 2025/26 1 / (1.03 x 1.02)."""
    scenario, said = Scenario.load("baseline").changed(pay_year="2027/28"), Assumptions.load().with_values(GROWTH)
    assert prices.cash_index("2026/27", "prices", scenario, said) == pytest.approx(1 / 1.02)
    assert prices.cash_index("2025/26", "prices", scenario, said) == pytest.approx(1 / 1.03 / 1.02)


def test_in_real_terms_a_budget_is_worth_what_it_says() -> None:
    """Only a plan that counts in cash divides its budgets by the index."""
    real, said = Scenario.load("baseline"), Assumptions.load().with_values(GROWTH)
    assert prices.index("2028/29", "prices", real, said) == 1.0
    cash = real.changed(money={"prices": "cash"})
    assert prices.index("2028/29", "prices", cash, said) == prices.cash_index("2028/29", "prices", cash, said)
