"""A retention premium: what it keeps, what it costs, when it is paid, and where it can be justified."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model import planning
from skills_model.planning import build, build_world
from skills_model.planning.levers import keeping
from skills_model.planning.options import Options

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

ENGINEER = f"staff:{tiny.CODE}:engineer"
LEVERS = [f"retain:{tiny.CODE}:engineer:{segment}" for segment in (1, 2, 3)]
LEAVING = {
    # A tenth of the engineers leaves in every quarter and nobody can be hired; a premium is paid in the quarters 2 to 5.
    "leaver_rate": 0.421442,
    "recruitment_market_share": 0.0,
    "retention_pay_elasticity": 1.0,
    "retention_weeks": 13.0,
    "retention_years": 1.0,
    "course_seats": 0.0,
}
KEPT = [0.1 * (1 / (1 + low) - 1 / (1 + low + 0.1)) for low in (0.0, 0.1, 0.2)]
"""What the three segments keep of the staff in a quarter: 0.91%, 0.76% and 0.64%, falling."""


def tables(pounds: float = 10_000_000.0, inputs: planning.Inputs | None = None, **values: float) -> PlanningTables:
    """Build the tables of the tiny organisation, whose engineers leave, over six quarters."""
    return build(inputs or tiny.inputs(), tiny.scenario(pounds, 6), tiny.assumptions(**LEAVING | values))


def solved(problem: PlanningTables) -> Plan:
    """Solve and audit."""
    plan = optimise(problem)
    assert max(plan.audit().values()) < 1e-6
    return plan


def used(plan: Plan) -> pd.DataFrame:
    """Return what a plan uses of the segments for engineers: one row a segment, one column a period."""
    rows = plan.actions.pivot_table(index="lever", columns="period", values="amount", aggfunc="sum")
    return rows.reindex(index=LEVERS, columns=range(1, 7)).fillna(0.0)


def staff(plan: Plan) -> pd.Series:
    """Return the engineers by period, today included."""
    there = plan.stocks[plan.stocks["stock"] == ENGINEER].set_index("period")["amount"]
    return pd.concat([pd.Series({0: 4.0}), there.drop(0, errors="ignore")])


def test_a_segment_costs_its_part_of_everybodys_pay_and_keeps_fewer_than_the_one_before() -> None:
    """Ten per cent of the pay of ten people keeps 0.0909 of the one who leaves; so one kept costs 11 quarters of pay, then 13.2, then 15.6."""
    problem = tables()
    pay = problem.stocks.set_index("stock")["unit_cost"][ENGINEER]
    prices = problem.levers.set_index("lever")["unit_cost"][LEVERS]
    assert (prices / pay).tolist() == pytest.approx([0.1 / share for share in KEPT], rel=1e-5)
    assert (prices / pay).tolist() == pytest.approx([11.0, 13.2, 15.6], rel=1e-5)
    drawn = problem.effects[problem.effects["stock"] == f"account:retention:{tiny.CODE}"].set_index("lever")["amount"]
    drawn = drawn[drawn.index.str.startswith("retain:")]
    assert (-drawn).to_dict() == pytest.approx(problem.levers.set_index("lever")["unit_cost"][drawn.index].to_dict())


def test_a_full_premium_is_paid_to_everybody_while_it_lasts() -> None:
    """With money for all, every segment keeps its share of the staff of the quarter before, in quarters 2 to 5 and no other."""
    plan = solved(tables())
    rows, there = used(plan), staff(plan)
    assert rows[[1, 6]].to_numpy().max() == pytest.approx(0.0, abs=1e-9)
    for t in (2, 3, 4, 5):
        assert rows[t].tolist() == pytest.approx([share * there[t - 1] for share in KEPT], rel=1e-4)
        assert there[t] == pytest.approx(there[t - 1] * (0.9 + sum(KEPT)), rel=1e-5)
    pounds = plan.actions[plan.actions["lever"].isin(LEVERS) & (plan.actions["period"] == 2)]["cost"].sum()
    assert pounds == pytest.approx(0.3 * there[1] * plan.tables.stocks.set_index("stock")["unit_cost"][ENGINEER], rel=1e-4)


def test_the_cheapest_segment_is_used_first() -> None:
    """Of money for a part of a premium, nothing goes to a segment before the one below is full."""
    pay = 4 * 10_685.73
    for pounds in (0.15 * pay, 0.5 * pay, 0.9 * pay):
        plan = solved(tables(pounds))
        rows, there = used(plan), staff(plan)
        assert rows.to_numpy().sum() > 0
        for t in range(2, 6):
            for lower in (0, 1):
                if rows.iloc[lower + 1][t] > 1e-6:
                    assert rows.iloc[lower][t] == pytest.approx(KEPT[lower] * there[t - 1], rel=1e-3)


def test_never_more_are_kept_than_leave() -> None:
    """Were the premium thought to keep twice as many as there are, it would still keep at most those who leave."""
    problem = tables()
    uses = problem.uses.copy()
    boosted = uses["limit"].str.startswith("kept:") & (uses["kind"] == "stock")
    uses.loc[boosted, "amount"] *= 20
    plan = solved(dataclasses.replace(problem, uses=uses))
    rows, there = used(plan).sum(), staff(plan)
    for t in (2, 3, 4, 5):
        assert rows[t] == pytest.approx(0.1 * there[t - 1], rel=1e-4)
        assert there[t] == pytest.approx(there[t - 1], rel=1e-5)


def test_those_kept_have_the_skills_of_the_group_and_their_pay() -> None:
    """Of ten analysts six hold rank 1 and three rank 2: one kept keeps 0.6 and 0.3, and is paid as before, to the end."""
    problem = tables(0.0, leaver_rate=0.8)
    lever, skill = f"retain:{tiny.CODE}:analyst:1", f"skill:{tiny.CODE}:analyst:data-modelling"
    still, kept = (project(problem, pd.DataFrame(rows, columns=["lever", "period", "amount"])) for rows in ([], [(lever, 3, 0.5)]))
    more, analyst = kept - still, f"staff:{tiny.CODE}:analyst"
    stay = still.loc[analyst, 1] / still.loc[analyst, 0]
    assert more.loc[analyst].tolist() == pytest.approx([0, 0, 0, 0.5, 0.5 * stay, 0.5 * stay**2, 0.5 * stay**3])
    assert (more.loc[f"{skill}:1", 3], more.loc[f"{skill}:2", 3]) == pytest.approx((0.3, 0.15))
    pay = problem.stocks.set_index("stock")["unit_cost"][analyst]
    assert more.loc[f"money:establishment-pay:{tiny.CODE}"].tolist() == pytest.approx((-pay * more.loc[analyst]).tolist(), abs=1e-6)
    assert more.loc[f"after:{analyst}", 6] == pytest.approx(0.5 * stay**3)


def test_skills_that_decay_are_not_kept_as_fresh_as_they_are_today() -> None:
    """Half of a skill is gone in a year and a half, so that those who are kept bring no more than that half."""
    fresh, stale = (tables(0.0, skill_decay=decay) for decay in (0.0, 0.37))
    stock = f"skill:{tiny.CODE}:engineer:testing:1"
    effects = [problem.effects[problem.effects["lever"] == LEVERS[0]].set_index("stock")["amount"] for problem in (fresh, stale)]
    brought = [float(rows[stock]) for rows in effects]
    assert brought[0] == pytest.approx(1.0)
    assert brought[1] == pytest.approx((1 - (1 - 0.63**0.25) / 0.9) ** 6, rel=1e-4)


def test_a_premium_needs_evidence() -> None:
    """One engineer's post in five is vacant and no analyst's; 18% leaving a year is evidence for both, 9.5% is not. Frozen posts get none."""
    world = build_world(tiny.inputs(), tiny.scenario(0.0, 6), tiny.assumptions(leaver_rate=0.1))
    assert set(keeping.premiums(world)["role_level"]) == {"engineer"}
    world = build_world(tiny.inputs(), tiny.scenario(0.0, 6), tiny.assumptions(leaver_rate=0.2))
    assert set(keeping.premiums(world)["role_level"]) == {"analyst", "engineer"}
    frozen = pd.DataFrame([("engineer", 5.0, pd.NaT, "frozen")], columns=list(Options().posts.columns))
    posts = dataclasses.replace(tiny.inputs(), options=dataclasses.replace(Options(), posts=frozen))
    assert set(keeping.premiums(build_world(posts, world.scenario, world.assumptions))["role_level"]) == {"analyst"}


def test_a_premium_never_goes_beyond_what_the_terms_allow() -> None:
    """A segment up to 60% of pay ends at 30%; one that would begin there is none."""
    values = {"retention_segment[2]": 0.6, "retention_segment[3]": 0.9}
    world = build_world(tiny.inputs(), tiny.scenario(0.0, 6), tiny.assumptions(**LEAVING | values))
    rows = keeping.premiums(world)
    engineers = rows[rows["role_level"] == "engineer"]
    assert engineers["route"].tolist() == ["premium 0% to 10%", "premium 10% to 30%"]
    assert engineers["premium"].sum() == pytest.approx(0.3)
