"""A plan that does nothing is the supply forecast of what is committed: same staff, same skills, same people on their way."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimiser.projection import project
from optimiser.solver import optimise
from skills_model import demand, planning
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.planning import build, build_world, describe, nothing_done
from skills_model.planning.build import PARTS
from skills_model.planning.drivers import Readers
from skills_model.planning.nothing_done import committed
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.forecast import Central, central

sys.path.insert(0, str(Path(__file__).parent))
import tiny

ALL = Scope.local()
ANALYST, ENGINEER = f"staff:{tiny.CODE}:analyst", f"staff:{tiny.CODE}:engineer"
TESTING = f"skill:{tiny.CODE}:engineer:testing:1"
PAY = f"money:establishment-pay:{tiny.CODE}"
COMING = [
    ("AAA", "apprentice", "analyst", "2026-09-01", None, 2, 2.0),
    ("AAA", "known starter", "cyber-lead", "2026-04-20", "8b", 1, 1.0),
    ("AAA", "graduate", "senior-analyst", "2027-10-01", None, 1, 0.8),
    ("AAA", "known starter", "analyst", "2031-01-01", None, 1, 1.0),  # after every horizon here
    ("BBB", "graduate", "lead-analyst", "2026-12-31", None, 3, 3.0),  # nobody is there, and no post is
]


@pytest.fixture
def store(small_world: dict[str, pd.DataFrame], small_rule: RankRule, tmp_path: Path) -> Iterator[Store]:
    """Return the small world, with staff on their way; of five people of AAA one had left a year later, so its rates rest on history too."""
    columns = ["organisation", "pipeline", "role_level", "start_date", "band", "headcount", "fte"]
    coming = pd.DataFrame(COMING, columns=columns).assign(source="tests")
    jobs = small_world["assignment"]
    there = jobs[(jobs["snapshot"] == 2) & jobs["job_title"].isin(["Analyst", "Senior analyst", "Lead analyst"])]
    first = there[~there["person"].isin(jobs.loc[jobs["snapshot"] == 1, "person"])].assign(snapshot=1)
    world = small_world | {"assignment": pd.concat([jobs, first], ignore_index=True), "pipeline": coming}
    with Store.create(tmp_path / "coming.duckdb") as made:
        made.write("tests", "0" * 64, "world", world, rule=small_rule)
        yield made


def settings(period: str, periods: int) -> Scenario:
    """Return a scenario without growth or money."""
    return planning.with_budget(Scenario.load("baseline").changed(demand={}, period=period, periods=periods), 0.0, periods)


def supply(store: Store, code: str, scenario: Scenario) -> Central:
    """Return the supply forecast of one organisation where only what is committed happens."""
    return central(store, ALL, ["role_level", "skill"], committed(scenario), [code], Assumptions.load())


@pytest.mark.parametrize("code, period, periods", [("AAA", "quarter", 12), ("AAA", "year", 4), ("BBB", "quarter", 8)])
def test_doing_nothing_is_the_committed_supply_forecast(store: Store, code: str, period: str, periods: int) -> None:
    """By role level and period, and the skills that staff carry, to the last digit that counts."""
    scenario = settings(period, periods)
    inputs = planning.read(store, ALL, code, scenario, Assumptions.load())
    still, forecast = project(build(inputs, scenario, Assumptions.load())), supply(store, code, scenario)
    by_level = pd.DataFrame(forecast.stocks).groupby(forecast.parts.cells["role_level"]).sum()
    assert set(still.index[still.index.str.startswith("staff:")]) == {f"staff:{code}:{level}" for level in by_level.index} | {
        f"staff:{code}:{level}" for level in inputs.posts["role_level"]
    }
    for level, staff in by_level.iterrows():
        np.testing.assert_allclose(still.loc[f"staff:{code}:{level}"], staff, rtol=0, atol=1e-9)
    assert forecast.holders is not None
    names = "skill:" + code + ":" + forecast.holders.ladder[["role_level", "skill"]].agg(":".join, axis=1)
    names += ":" + forecast.holders.ladder["required_rank"].astype(str)
    known = names.isin(still.index).to_numpy()
    assert known.sum() >= 2
    np.testing.assert_allclose(still.loc[names[known]], forecast.holders.held[1][known], rtol=0, atol=1e-9)
    assert forecast.parts.pipeline.sum() > 0


def test_the_rates_of_a_plan_rest_on_the_organisations_own_history(store: Store) -> None:
    """More left than assumed, so that the plan keeps fewer than the assumptions alone would."""
    scenario = settings("quarter", 4)
    inputs = planning.read(store, ALL, "AAA", scenario, Assumptions.load())
    told = inputs.rates.estimates
    own = told[(told["what"] == "leaver rate") & (told["organisation"] == "AAA")]
    assert own["weight"].tolist()[0] > 0
    alone = Assumptions.load().with_values({"history_weight": 0.0})
    without = planning.read(store, ALL, "AAA", scenario, alone)
    kept = [build_world(found, scenario, said).nothing.stay[1] for found, said in ((inputs, Assumptions.load()), (without, alone))]
    assert (kept[0] < kept[1]).all()


@pytest.mark.parametrize("code", ["AAA", "BBB"])
def test_staff_on_their_way_never_make_a_plan_impossible(store: Store, code: str) -> None:
    """Without money the plan is doing nothing, whatever arrives where; every stock of money stays at 0 or above."""
    scenario = settings("quarter", 6)
    inputs = planning.read(store, ALL, code, scenario, Assumptions.load())
    tables = build(inputs, scenario, Assumptions.load())
    still = project(tables)
    assert still.to_numpy().min() >= -1e-9
    plan = optimise(tables)
    assert plan.status == "optimal"
    assert max(plan.audit().values()) < 1e-6
    path = describe(plan, build_world(inputs, scenario, Assumptions.load())).path
    assert path["plan_staff_fte"].tolist() == pytest.approx(path["do_nothing_staff_fte"].tolist())


def with_arrivals(*rows: tuple[str, str, str, str, float]) -> planning.Inputs:
    """Return the tiny organisation with staff on their way."""
    return dataclasses.replace(tiny.inputs(), pipelines=tiny.pipelines(*rows))


def test_somebody_known_to_come_fills_a_vacant_post_with_the_skills_and_pay_of_a_recruit() -> None:
    """One engineer from 1 July: 95% of one FTE are in post from period 2, and there is so much less money for others."""
    inputs = with_arrivals(("it-operations", "engineer", "5", "2026-07-01", 1.0))
    tables = build(inputs, tiny.scenario(), tiny.assumptions(recruit_skill_share=0.8))
    still = project(tables)
    assert still.loc[ENGINEER].tolist() == pytest.approx([4, 4, 4.95, 4.95, 4.95])
    assert still.loc[TESTING].tolist() == pytest.approx([4, 4, 4.76, 4.76, 4.76])
    assert still.loc[[f"after:{ENGINEER}", f"after:{TESTING}"], 4].tolist() == pytest.approx([4.95, 4.76])
    quarter = tables.stocks.set_index("stock")["unit_cost"][ENGINEER]
    assert still.loc[PAY, [1, 2, 3, 4]].tolist() == pytest.approx([quarter, *[0.05 * quarter] * 3])


def test_a_post_that_somebody_is_coming_to_is_not_filled_twice() -> None:
    """Of the one vacant post 95% are filled by who comes; any amount of money recruits the rest, and the plan says who is coming."""
    inputs, scenario = with_arrivals(("it-operations", "engineer", "5", "2026-07-01", 1.0)), tiny.scenario(1_000_000.0)
    described = describe(optimise(build(inputs, scenario, tiny.assumptions())), build_world(inputs, scenario, tiny.assumptions()))
    recruits = described.actions[described.actions["action"] == "Recruit"]
    assert recruits["fte"].sum() == pytest.approx(0.05)
    assert "0.9 FTE who are known to be on their way arrive in doing nothing and in the plan alike." in described.summary["notes"]


def test_more_who_come_than_posts_are_paid_as_doing_nothing_is() -> None:
    """Three more analysts than posts, where budgets already count on vacancies, leave a plan that is possible."""
    inputs = with_arrivals(("data", "analyst", "6", "2026-05-01", 3.0), ("data", "architect", "8a", "2026-05-01", 1.0))
    tables = build(inputs, tiny.scenario(500.0), tiny.assumptions(vacancy_factor=0.3, leaver_rate=0.1))
    still = project(tables)
    assert still.to_numpy().min() >= -1e-6
    assert still.loc[ANALYST, 1] == pytest.approx(10 * math.exp(-0.1 / 4) + 3 * 0.95)
    assert still.loc[f"staff:{tiny.CODE}:architect", [0, 1]].tolist() == pytest.approx([0, 0.95])
    assert optimise(tables).status == "optimal"


def test_a_group_of_two_ages_keeps_a_share_that_changes_as_the_older_go() -> None:
    """Five at 12% a year and five at 24%: fewer and fewer of those left are of those who leave soon; skills go with the staff."""
    inputs = tiny.inputs()
    both = pd.concat([inputs.staff.assign(fte=[5.0, 4.0]), inputs.staff.iloc[[0]].assign(fte=5.0, age_band="60 and over")])
    aged = dataclasses.replace(inputs, staff=both)
    assumptions = tiny.assumptions(ageing_share=0.0).with_values({"leaver_rate[35 to 44]": 0.12, "leaver_rate[60 and over]": 0.24})
    tables = build(aged, tiny.scenario(), assumptions)
    still = project(tables)
    left = [5 * math.exp(-0.03 * t) + 5 * math.exp(-0.06 * t) for t in range(5)]
    assert still.loc[ANALYST].tolist() == pytest.approx(left)
    assert still.loc[f"skill:{tiny.CODE}:analyst:data-modelling:2"].tolist() == pytest.approx([0.3 * fte for fte in left])
    stay = build_world(aged, tiny.scenario(), assumptions).nothing.stay.loc[0].tolist()
    assert stay == sorted(stay)
    assert stay[0] < stay[-1]


def test_staff_who_grow_older_leave_at_the_rate_of_their_new_age() -> None:
    """All pass from 55 to 59, where nobody leaves, to 60 and over within a year; of those there, 1 - exp(-0.5) leave in the next."""
    inputs = tiny.inputs()
    older = dataclasses.replace(inputs, staff=inputs.staff.assign(age_band="55 to 59"))
    assumptions = tiny.assumptions(ageing_share=0.0).with_values({"ageing_share[55 to 59]": 1.0, "leaver_rate[60 and over]": 0.5})
    years = tiny.scenario().changed(period="year", periods=3)
    assert project(build(older, years, assumptions)).loc[ANALYST].tolist() == pytest.approx(
        [10, 10, 10 * math.exp(-0.5), 10 * math.exp(-1)]
    )


def england(*, value: float, weight: float) -> dict[str, object]:
    """Return an estimate of England's leaver rate at one age."""
    keys = {"organisation": None, "role_family": None, "age_band": "35 to 44"}
    return {"what": "leaver rate", **keys, "value": value, "exposure": 100.0, "weight": weight}


def test_coming_years_move_a_plan_as_far_as_they_move_the_supply_forecast(store: Store) -> None:
    """A value that is set is in the rates; one that is tried moves them as the factor of the supply forecast does."""
    scenario = settings("quarter", 4)
    lists: dict[float, pd.Series] = {}
    for times in (1.0, 1.5):
        said = Assumptions.load().with_values({"leaver_rate_years": times})
        inputs = planning.read(store, ALL, "AAA", scenario, said)
        factor = next(factor for factor in inputs.rates.factors if factor.name == "leaver-rate-years")
        assert factor.high[""] > 1.001
        lists[times] = inputs.rates.leaving["rate"]
        for value, multiple in ((said["leaver_rate_years"].low, factor.low[""]), (said["leaver_rate_years"].high, factor.high[""])):
            tried = nothing_done._rates(inputs, said.with_values({"leaver_rate_years": value})).leaving["rate"]
            np.testing.assert_allclose(tried, multiple * lists[times], rtol=1e-12)
        older = nothing_done._rates(inputs, said.with_values({"leaver_rate[35 to 44]": 0.2})).leaving["rate"]
        lists[-times] = older / lists[times]
    np.testing.assert_allclose(lists[1.5], 1.5 * lists[1.0], rtol=1e-12)
    np.testing.assert_allclose(lists[-1.5], lists[-1.0], rtol=1e-12)


def test_another_assumption_moves_a_rate_as_far_as_history_leaves_open() -> None:
    """Where history weighs 60%, a leaver rate 10 points higher than assumed raises the estimate of 12% by 4; without history by 10."""
    inputs = tiny.inputs()
    row = england(value=0.12, weight=0.6)
    higher = inputs.rates.leaving["rate"].mask(inputs.rates.leaving["age_band"] == "35 to 44", 0.12)
    estimated = dataclasses.replace(inputs.rates, leaving=inputs.rates.leaving.assign(rate=higher), estimates=pd.DataFrame([row]))
    still = Assumptions.load().with_values({"ageing_share": 0.0})
    more = still.with_values({"leaver_rate[35 to 44]": still.value("leaver_rate", "35 to 44") + 0.1})
    for found, points in ((dataclasses.replace(inputs, rates=estimated), 0.04), (inputs, 0.1)):
        stay = [build_world(found, tiny.scenario(), said).nothing.stay.loc[0, 1] for said in (still, more)]
        assert math.log(stay[0] / stay[1]) * 4 == pytest.approx(points)


def test_drivers_of_staying_are_those_of_tables_built_anew() -> None:
    """Leaving, growing older and arriving move cells to what a build with them gives."""
    inputs, scenario = with_arrivals(("it-operations", "engineer", "5", "2026-07-01", 1.0)), tiny.scenario(1000.0)
    known = dataclasses.replace(inputs.rates, estimates=pd.DataFrame([england(value=0.09, weight=0.6)]))
    inputs, assumptions = dataclasses.replace(inputs, rates=known), Assumptions.load()
    rows = planning.drivers(inputs, scenario, assumptions)
    for name, table in (
        ("leaver_rate", "transitions"),
        ("ageing_share", "transitions"),
        ("leaver_rate_years", "transitions"),
        ("pipeline_arrives", "inflows"),
    ):
        moved = rows[(rows["assumption"] == name) & (rows["table"] == table)]
        ends = {item.name: item.high for item in assumptions.uncertain() if item.id == name}
        high = build(inputs, scenario, assumptions.with_values(ends)).frames()[table]
        keys = high[[column for column in ("from_stock", "to_stock", "stock", "period") if column in high]].astype("string").fillna("")
        found = high.set_index(keys.agg("|".join, axis=1))[moved["cell"].iloc[0]]
        assert moved["high"].tolist() == pytest.approx(found[moved["key"].to_list()].tolist())


def test_no_other_part_of_the_tables_asks_who_stays() -> None:
    """What drivers work out anew for an assumption about staying is all that it moves, where more are there than posts."""
    inputs = tiny.inputs()
    crowded = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[8.0, 3.0], bank_fte=[0.0, 1.0]))
    assumptions = Assumptions.load()
    world = build_world(crowded, tiny.scenario(), assumptions)
    other = world.with_nothing(build_world(crowded, tiny.scenario(), assumptions.with_values({"leaver_rate": 0.12})).nothing)
    moved = {name for name, part in PARTS.items() if not all(rows.equals(part(other)[table]) for table, rows in part(world).items())}
    asking = Readers.of(crowded, tiny.scenario(), assumptions, tuple(PARTS)).asking
    assert moved <= asking, "what moves is asked again"
    assert not asking & {"stocks", "room", "release", "share", "end-cover"}, "what can be written without knowing does not ask"
    assert moved >= {"transitions", "money", "expiry", "requirements", "train", "recruit", "posts", "after-horizon"}


def test_posts_needed_follow_every_part_of_demand() -> None:
    """Half of the data posts go within a year and as many arise in IT operations: 5 and 10 are needed in the end, as demand says."""
    change = {"technology": {"platform": {"from": "data", "to": "it-operations", "share": 0.5, "begin": "2026/27", "years": 1}}}
    scenario = tiny.scenario().changed(demand=change)
    needed = build(tiny.inputs(), scenario, tiny.assumptions()).requirements.set_index(["stock", "period"])["required"]
    assert needed[ANALYST, 4] == pytest.approx(5.0)
    assert needed[ENGINEER, 4] == pytest.approx(10.0)
    posts = tiny.inputs().demand.posts
    multiples = demand.factors(posts, scenario, tiny.inputs().demand)
    assert [needed[ENGINEER, t] for t in range(1, 5)] == pytest.approx((multiples.loc[1] * 5.0).tolist())
