"""Funded posts: nobody is hired beyond them, some end or are frozen, and new ones need money that goes on."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model import planning
from skills_model.planning import build, build_world
from skills_model.planning.levers.posts import funded_posts
from skills_model.planning.options import Options

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import purse
import tiny

ANALYST, ENGINEER = f"staff:{tiny.CODE}:analyst", f"staff:{tiny.CODE}:engineer"
OPEN, POST, NEW = (f"{kind}:{tiny.CODE}:engineer" for kind in ("recruit", "post", "new-post"))
PAY = f"money:establishment-pay:{tiny.CODE}"
MORE = {"demand": {"growth": {"it-operations": {"rate": 0.4, "path": "straight"}}}}
"""Two engineers' posts more are needed after a year, beside the five of today."""
AT_ONCE = {"post_approval_weeks": 13.0, "new_posts_share": 1.0}
YEARS = ("2026/27", "2027/28", "2028/29", "2029/30")


def told(*rows: tuple[str, float, str | None, str | None]) -> pd.DataFrame:
    """Return posts: role level, FTE, end of funding, approval."""
    frame = pd.DataFrame(list(rows), columns=list(Options().posts.columns))
    return frame.assign(funding_end_date=pd.to_datetime(frame["funding_end_date"]))


def inputs(posts: pd.DataFrame | None = None, growing: float = 0.0, years: tuple[str, ...] = YEARS) -> planning.Inputs:
    """Return the tiny organisation with posts that end, and a stream for new posts with pounds a year."""
    none = Options()
    budgets = [purse.budget("growing", year, growing) for year in years]
    options = dataclasses.replace(
        none,
        posts=none.posts if posts is None else posts,
        streams=pd.DataFrame([purse.stream("growing", "revenue", "posts")], columns=none.streams.columns) if growing else none.streams,
        budgets=pd.DataFrame(budgets, columns=none.budgets.columns) if growing else none.budgets,
    )
    return dataclasses.replace(tiny.inputs(), options=options)


def tables(
    here: planning.Inputs | None = None,
    pounds: float = 100_000.0,
    periods: int = 8,
    settings: Mapping[str, object] | None = None,
    **values: float,
) -> PlanningTables:
    """Build the tables of the tiny organisation."""
    return build(here or inputs(), tiny.scenario(pounds, periods).changed(**(settings or {})), tiny.assumptions(**values))


def solved(problem: PlanningTables) -> Plan:
    """Solve and audit."""
    plan = optimise(problem)
    assert max(plan.audit().values()) < 1e-6
    return plan


def used(plan: Plan, lever: str) -> float:
    """Add up what is used of a lever."""
    return float(plan.actions.loc[plan.actions["lever"] == lever, "amount"].sum())


def held(plan: Plan, stock: str) -> pd.Series:
    """Return what a stock holds by period."""
    return plan.stocks[plan.stocks["stock"] == stock].set_index("period")["amount"]


def quarter(problem: PlanningTables) -> float:
    """Return the pay of an engineer in a quarter."""
    return float(problem.stocks.set_index("stock")["unit_cost"][ENGINEER])


def test_a_post_is_needed_before_anybody_is_recruited() -> None:
    """There is one vacant post, so that any amount of money recruits one FTE; nobody more arrives after the horizon either."""
    plan = solved(tables(pounds=1_000_000.0, periods=4))
    assert used(plan, OPEN) == pytest.approx(1.0)
    assert held(plan, f"after:{ENGINEER}")[4] == pytest.approx(5.0)


def test_nobody_is_hired_beyond_funded_posts_however_much_work_there_is() -> None:
    """Two posts more are needed and one is vacant: one engineer is hired, and the rest is short."""
    plan = solved(tables(pounds=1_000_000.0, settings=MORE, **AT_ONCE))
    assert used(plan, OPEN) == pytest.approx(1.0)
    assert used(plan, POST) == pytest.approx(0.0, abs=1e-9)
    assert held(plan, ENGINEER).max() == pytest.approx(5.0)


def test_temporary_cover_makes_room_before_a_recruit_arrives() -> None:
    """The vacant engineer's post is held by agency staff: that cover ends as the recruit starts, and its cost is given back."""
    there = inputs()
    covered = dataclasses.replace(there, posts=there.posts.assign(agency_fte=[0.0, 1.0]))
    plan = solved(tables(covered, 5000.0, 4))
    assert used(plan, OPEN) == pytest.approx(1.0)
    assert used(plan, f"end-cover:{tiny.CODE}:engineer") == pytest.approx(1.0)
    filled = held(plan, ENGINEER) + held(plan, f"cover:{tiny.CODE}:engineer")
    assert filled.tolist() == pytest.approx([5.0] * len(filled))


def test_posts_fall_away_when_their_funding_ends() -> None:
    """Five posts end on 31 December 2026: they are there at the end of period 3, not of 4, and whoever is in them is; none is for good."""
    world = build_world(inputs(told(("engineer", 5.0, "2026-12-31", "approved"))), tiny.scenario(0.0, 4), tiny.assumptions())
    funded = funded_posts(world).set_index(world.groups["role_level"])
    assert funded.loc["engineer"].tolist() == [5.0, 5.0, 5.0, 0.0, 0.0]
    assert funded.loc["analyst"].tolist() == [10.0] * 5
    problem = tables(inputs(told(("engineer", 5.0, "2026-12-31", "approved"))), periods=4, fixed_term_months=24.0)
    limits = problem.limits.set_index(["limit", "period"])["amount"]
    assert [limits[f"posts:{tiny.CODE}:engineer", t] for t in (3, 4)] == [5.0, 4.0]
    assert used(solved(problem), OPEN) == pytest.approx(0.0, abs=1e-9)


def test_money_of_posts_that_end_pays_nobody_else() -> None:
    """When the five engineers' posts are gone, the pay of the vacant one is gone: what is left is the pay of who is there."""
    open_ended, ends = (tables(inputs(told(("engineer", 5.0, day, None))), 0.0, 4) for day in (None, "2026-12-31"))
    left = [project(problem).loc[PAY] for problem in (open_ended, ends)]
    assert left[0][[3, 4]].tolist() == pytest.approx([quarter(ends)] * 2)
    assert left[1][[3, 4]].tolist() == pytest.approx([quarter(ends), 0.0], abs=1e-6)


def test_frozen_posts_are_filled_by_nobody_but_those_who_are_there() -> None:
    """With a tenth of engineers leaving every quarter, nobody takes their place while the posts are frozen."""
    problem = tables(inputs(told(("engineer", 5.0, None, "frozen"))), leaver_rate=0.4)
    plan, still = solved(problem), project(problem)
    assert used(plan, OPEN) == pytest.approx(0.0, abs=1e-9)
    assert held(plan, ENGINEER).to_numpy() == pytest.approx(still.loc[ENGINEER, held(plan, ENGINEER).index].to_numpy())
    assert used(plan, f"recruit:{tiny.CODE}:analyst") > 0


def test_a_new_post_draws_its_pay_to_the_end_and_hands_it_to_whoever_fills_it() -> None:
    """Asked for in period 1 and approved in period 3, one of 8 quarters: six quarters of pay, taken from the account, given to pay."""
    problem = tables(pounds=0.0, post_approval_weeks=26.0)
    still, made = (project(problem, pd.DataFrame(rows, columns=["lever", "period", "amount"])) for rows in ([], [(POST, 1, 1.0)]))
    assert made.loc[NEW].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    pay, account = quarter(problem), f"account:posts:{tiny.CODE}"
    given = made.loc[PAY] - still.loc[PAY]
    assert given.tolist() == pytest.approx([0, 0, 0, *[pay] * 6], abs=1e-6)
    assert made.loc[account].tolist() == pytest.approx([0, 0, 0, *[-pay] * 6])
    prices = problem.lever_periods.set_index(["lever", "period"])["unit_cost"]
    assert [prices[POST, t] for t in (1, 6, 7)] == pytest.approx([6 * pay, pay, 0.0])
    assert problem.levers.set_index("lever")["unit_cost"][POST] == pytest.approx(6 * pay)


def test_a_new_post_is_created_and_filled_where_its_pay_goes_on() -> None:
    """A stream of two engineers' pay a year gives the two posts that the work needs more, and three engineers are hired with the vacant one."""
    year = 4 * quarter(tables())
    plan = solved(tables(inputs(growing=2 * year), 1_000_000.0, settings=MORE, **AT_ONCE))
    assert held(plan, NEW)[8] == pytest.approx(2.0)
    assert used(plan, OPEN) == pytest.approx(3.0)
    assert held(plan, f"after:{ENGINEER}")[8] == pytest.approx(7.0)
    paid = plan.actions[plan.actions["lever"] == f"fund:growing:posts:{tiny.CODE}"]["amount"].sum()
    assert paid == pytest.approx(held(plan, NEW).drop(0, errors="ignore").sum() * year / 4)


def test_a_post_too_dear_for_the_money_that_goes_on_is_not_created() -> None:
    """£2 million in 2026/27 alone pays no post, since nothing of it goes on; of half a post's pay that goes on, half a post comes."""
    year = 4 * quarter(tables())
    once = inputs(growing=2_000_000.0, years=("2026/27",))
    given = once.options.budgets
    ends = pd.concat([given, given.assign(year="2028/29", amount=0.0)], ignore_index=True)
    once = dataclasses.replace(once, options=dataclasses.replace(once.options, budgets=ends))
    assert used(solved(tables(once, settings=MORE, **AT_ONCE)), POST) == pytest.approx(0.0, abs=1e-9)
    half = inputs(growing=0.5 * year)
    assert held(solved(tables(half, settings=MORE, **AT_ONCE)), NEW)[8] == pytest.approx(0.5)


def test_plenty_of_money_now_does_not_raise_what_goes_on_later() -> None:
    """£1 million a year until 2027/28 and one post's pay from then on: one post is there after the horizon, those on their way included."""
    year = 4 * quarter(tables())
    rich = inputs(growing=1_000_000.0, years=("2026/27", "2027/28"))
    given = rich.options.budgets
    later = pd.concat([given, given.iloc[:1].assign(year="2028/29", amount=year)], ignore_index=True)
    rich = dataclasses.replace(rich, options=dataclasses.replace(rich.options, budgets=later))
    plan = solved(tables(rich, 1_000_000.0, settings=MORE, **AT_ONCE))
    assert held(plan, f"after:{NEW}")[8] == pytest.approx(1.0)


def test_posts_are_created_up_to_a_share_of_the_organisation_in_a_year() -> None:
    """A tenth of fifteen posts a year, where five more would be needed within it."""
    many = {"demand": {"growth": {"it-operations": {"rate": 1.0, "path": "straight"}}}}
    plan = solved(tables(inputs(growing=1_000_000.0), 1_000_000.0, settings=many, **AT_ONCE | {"new_posts_share": 0.1}))
    made = plan.actions[plan.actions["kind"] == "post"].groupby("period")["amount"].sum().reindex(range(1, 9), fill_value=0.0)
    assert made.rolling(4).sum().max() <= 1.5 + 1e-6
    assert made.sum() == pytest.approx(3.0)


def test_a_budget_changes_nothing_but_what_flows_in() -> None:
    """Money for posts stands in inflows alone, so that a solved plan can be solved again with another budget."""
    poor, rich = (tables(inputs(growing=pounds)).frames() for pounds in (10_000.0, 90_000.0))
    assert [name for name in poor if not poor[name].equals(rich[name])] == ["inflows"]
