"""Whole-life cost of the lines of a plan, cost of a closed rank, technology spending."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.solver import optimise
from skills_model import planning
from skills_model.planning import build, build_world, life
from skills_model.planning.options import Options
from skills_model.planning.world import World

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import purse
import tiny
from purse import budget, stream

AFTER = 10  # years after the horizon, the assumption after_years


def lived(inputs: planning.Inputs, pounds: float, periods: int = 4, **values: float) -> tuple[pd.DataFrame, World, Plan]:
    """Plan, and return the actions with what they cost over their whole life, the world and the plan."""
    scenario, assumptions = tiny.scenario(pounds, periods), tiny.assumptions(**values)
    plan = optimise(build(inputs, scenario, assumptions))
    here = build_world(inputs, scenario, assumptions)
    actions = plan.actions[~plan.actions["kind"].isin(["fund", "expire", "miss"])].reset_index(drop=True)
    return actions.join(life.whole_life(actions, plan.tables, here)), here, plan


def line(actions: pd.DataFrame, kind: str) -> pd.Series:
    """Return the one line of a kind, or the sums of its lines."""
    return actions.loc[actions["kind"] == kind, ["amount", "cost", "one_off", "recurrent", "whole_life"]].sum()


def test_training_costs_once_and_nothing_after() -> None:
    """Eleven trainings at £100: £1,100 once, nothing a year, £1,100 in all where nothing is discounted."""
    actions, _, _ = lived(tiny.inputs(), 5000.0)
    train = line(actions, "train")
    assert (train["one_off"], train["recurrent"], train["whole_life"]) == pytest.approx((1100.0, 0.0, 1100.0))


def test_a_hire_costs_its_pay_for_as_long_as_it_is_counted() -> None:
    """£1,000 once; pay from the second of four quarters to ten years after the horizon: three and forty quarters."""
    actions, here, _ = lived(tiny.inputs(), 5000.0)
    quarter = float(here.groups.set_index("role_level")["pay"]["engineer"])
    hire = line(actions, "recruit")
    assert hire["amount"] == pytest.approx(1.0)
    assert hire["one_off"] == pytest.approx(1000.0)
    assert hire["recurrent"] == pytest.approx(4 * quarter)
    assert hire["whole_life"] == pytest.approx(1000.0 + quarter * (3 + 4 * AFTER))


def test_a_hire_who_may_leave_in_the_first_year_is_paid_whole_for_that_year() -> None:
    """A quarter of those hired has left four quarters after the start: a year costs what their first one does, later ones three quarters."""
    actions, here, _ = lived(tiny.inputs(), 10_000.0, 8, first_year_leaver_rate=0.25)
    quarter = float(here.groups.set_index("role_level")["pay"]["engineer"])
    hire = actions[(actions["kind"] == "recruit") & (actions["role_level"] == "engineer") & (actions["period"] == 1)].iloc[0]
    assert hire["recurrent"] == pytest.approx(hire["amount"] * 4 * quarter)
    later = 8 - 6 + 1 + 4 * AFTER  # from the sixth quarter on, four after the start in the second
    assert hire["whole_life"] == pytest.approx(hire["amount"] * (1000.0 + quarter * (4 + 0.75 * later)))


def test_pay_is_discounted_and_ends_with_who_leaves() -> None:
    """Quarter by quarter from the arrival: pay x stay^(quarters since) x discount, as added up here one by one."""
    actions, here, _ = lived(tiny.inputs(), 20_000.0, discount_rate=0.035, leaver_rate=0.1)
    group = here.groups.set_index("role_level")
    for row in actions[actions["kind"] == "recruit"].to_dict("records"):
        pay, stay, start = (float(value) for value in (*group.loc[row["role_level"], ["pay", "stay"]], row["period"]))
        later = range(int(start) + 1, here.scenario.periods + 4 * AFTER + 1)
        staff = sum(pay * stay ** (t - start - 1) * 1.035 ** (-t / 4) for t in later)
        expected = row["amount"] * (1000.0 * 1.035 ** (-start / 4) + staff)
        assert row["whole_life"] == pytest.approx(expected)
        assert row["whole_life"] < row["amount"] * (1000.0 + pay * len(later))


def test_ending_cover_saves_what_it_cost() -> None:
    """Half an FTE of agency cover that ends saves 1.2 times its pay a year, to the end of what is counted."""
    inputs = tiny.inputs()
    inputs = dataclasses.replace(inputs, posts=inputs.posts.assign(agency_fte=[0.0, 0.5]))
    actions, here, _ = lived(inputs, 5000.0)
    ended = line(actions, "end-cover")
    quarter = 1.2 * float(here.groups.set_index("role_level")["pay"]["engineer"])
    assert ended["amount"] == pytest.approx(0.5)
    assert ended["one_off"] == 0.0
    assert ended["recurrent"] == pytest.approx(-0.5 * 4 * quarter)
    first = int(actions.loc[actions["kind"] == "end-cover", "period"].iloc[0])
    assert ended["whole_life"] == pytest.approx(-0.5 * quarter * (4 - first + 1 + 4 * AFTER))


def test_pay_of_a_hire_into_a_new_post_is_counted_once() -> None:
    """Two engineers' posts more than funded are needed: their pay stands in the lines of the posts, that of other hires in their own."""
    base = tiny.inputs()
    funded = base.posts.assign(budgeted_fte=[10.0, 5.0])
    options = purse.world(
        [stream("lasting", "revenue", "posts")], [budget("lasting", year, 2e6) for year in ("2026/27", "2027/28")]
    ).inputs.options
    needs = dataclasses.replace(base.demand, posts=base.demand.posts)
    inputs = dataclasses.replace(base, posts=funded, options=options, demand=needs)
    scenario = tiny.scenario(50_000.0, 8).changed(
        demand={"growth": {"it-operations": {"rate": 0.5, "path": "straight"}}},
        budget={"development": {"2026/27": 25_000.0, "2027/28": 25_000.0}},
    )
    assumptions = tiny.assumptions(new_posts_share=1.0, post_approval_weeks=13.0)
    plan = optimise(build(inputs, scenario, assumptions))
    here = build_world(inputs, scenario, assumptions)
    actions = plan.actions[~plan.actions["kind"].isin(["fund", "expire", "miss"])].reset_index(drop=True)
    actions = actions.join(life.whole_life(actions, plan.tables, here))
    year = 4 * float(here.groups.set_index("role_level")["pay"]["engineer"])
    engineers = actions[actions["role_level"] == "engineer"]
    posts, hires = line(engineers, "post"), line(engineers, "recruit")
    assert posts["amount"] > 0.5
    assert posts["recurrent"] == pytest.approx(posts["amount"] * year)
    assert hires["recurrent"] == pytest.approx(max(0.0, hires["amount"] - posts["amount"]) * year, abs=1e-3)
    assert hires["one_off"] == pytest.approx(1000.0 * hires["amount"])


def test_a_line_draws_once_what_it_costs() -> None:
    """Without discounting, what lines cost once is their price, to the penny."""
    actions, _, _ = lived(tiny.inputs(), 4000.0, backfill_share=0.5)
    assert float(actions["one_off"].sum()) == pytest.approx(float(actions["cost"].sum()), abs=0.005)


def test_without_actions_there_is_nothing_to_price() -> None:
    """A plan that does nothing has no lines and costs nothing."""
    actions, _, _ = lived(tiny.inputs(), 0.0, vacancy_factor=1.0)
    assert list(life.whole_life(actions.iloc[:0], *_tables_and_world()).columns) == ["one_off", "recurrent", "whole_life"]


def test_cost_of_a_rank_needs_a_rank() -> None:
    """£50,000 for 20 ranks are £2,500 each; where nothing is closed there is no such figure."""
    assert life.cost_per_rank(50_000.0, 20.0) == 2500.0
    assert life.cost_per_rank(50_000.0, 0.0) is None


def test_technology_spending_is_told_only_where_it_is_supplied() -> None:
    """The latest year that the organisation gave, beside the quoted 5%; never an estimate, and workforce pay apart."""
    assert life.technology_spend(purse.world()) is None
    none = Options()
    rows = [(tiny.CODE, "2024/25", 1e6, 1e8, "accounts"), (tiny.CODE, "2025/26", 2e6, 1e8, "accounts")]
    options = dataclasses.replace(none, spend=pd.DataFrame(rows, columns=none.spend.columns))
    here = build_world(dataclasses.replace(tiny.inputs(), options=options), tiny.scenario(), tiny.assumptions())
    told = life.technology_spend(here)
    assert told is not None
    assert (told["year"], told["share"], told["recommended"]) == ("2025/26", 0.02, 0.05)
    assert "National Audit Office" in str(told["source"])
    pay = here.groups.set_index("role_level")["pay"] * 4
    assert life.workforce_spend(here) == pytest.approx(10 * pay["analyst"] + 4 * pay["engineer"])


def _tables_and_world() -> tuple[planning.PlanningTables, World]:
    scenario, assumptions = tiny.scenario(0.0), tiny.assumptions()
    return build(tiny.inputs(), scenario, assumptions), build_world(tiny.inputs(), scenario, assumptions)
