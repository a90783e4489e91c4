"""A plan solved, kept, solved again with other money, and written so that anybody can repeat it."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from app.pipeline import plans, solving
from app.pipeline.plans import PlanRequest, Readings
from app.pipeline.solving import Sitting
from optimiser.errors import PlanError
from optimiser.resolve import Resolver
from optimiser.solver import optimise, optimise_folder
from skills_model.planning.whole_people import whole_people
from skills_model.privacy import Scope
from skills_model.store import Store

SCOPE = Scope.local()
ASKED = PlanRequest("DEMO198", 60_000.0, 4)
FRACTIONS = json.dumps({"levers": {"whole_people": False}})


@pytest.fixture(scope="module")
def store(one_trust):
    with Store.open(one_trust) as opened:
        yield opened


@pytest.fixture(scope="module")
def job(store):
    return plans.prepare_plan(store, SCOPE, ASKED)


@pytest.fixture(scope="module")
def result(job):
    return plans.solve_plan(job)


@pytest.fixture(scope="module")
def in_fractions(store):
    return plans.make_plan(store, SCOPE, PlanRequest("DEMO198", 60_000.0, 4, settings=FRACTIONS))


def test_the_written_tables_give_the_same_plan(result, tmp_path):
    """What `skillsplan optimise` makes of the folder: every stage's value, every action."""
    plans.write_plan(result, tmp_path / "plan")
    again = optimise_folder(tmp_path / "plan" / "tables")
    told = json.loads((tmp_path / "plan" / "plan.json").read_text("utf-8"))
    for one, other in zip(again.stages, told["stages"], strict=True):
        assert one["name"] == other["name"]
        assert one["value"] == pytest.approx(other["value"], rel=1e-6, abs=1e-6)
    keys = ["lever", "period"]
    uses = again.actions.set_index(keys)["amount"].sub(result.plan.actions.set_index(keys)["amount"], fill_value=0.0)
    assert len(again.actions)
    assert uses.abs().max() < 1e-5


def test_first_starts_of_small_groups_are_whole_people(result):
    """Of each sharing at most one start is part of a person, and that is a day a week at least."""
    world = result.job.world
    levers = whole_people(world, result.job.tables.levers)
    assert len(levers)
    used = result.plan.actions.merge(levers, on="lever")
    used = used[used["period"] <= 4]
    part = used["amount"] - np.floor(used["amount"] + 1e-6)
    parts = used.assign(part=part)[part > 1e-6]
    assert (parts["part"] >= world.assumptions.value("whole_people_least_fte") - 1e-6).all()
    assert not parts["sharing"].duplicated().any()
    small = world.groups.loc[world.groups["headcount"] < 10, "role_level"]
    rows = result.job.tables.levers.set_index("lever")
    hired = rows.index[rows["kind"].eq("recruit") & rows["role_level"].isin(small)]
    assert set(hired) <= set(levers["lever"])


def test_whole_people_cost_something_and_the_plan_says_what(result, in_fractions):
    told = result.summary["whole_people"]
    assert told["on"]
    assert in_fractions.summary["whole_people"] == {"on": False, "reason": "Switched off."}
    value = {stage["name"]: stage["value"] for stage in in_fractions.summary["stages"]}
    first = told["stage"]
    assert told["linear"][first] == pytest.approx(value[first], rel=1e-6)
    assert told["whole"][first] >= told["linear"][first] - 1e-6
    assert told["gap"] == pytest.approx((told["whole"][first] - told["linear"][first]) / max(1.0, told["whole"][first]))


def test_what_the_last_pounds_bought_is_a_difference_of_two_plans(store, in_fractions):
    told = in_fractions.summary["last_pound"]
    fewer = plans.make_plan(store, SCOPE, PlanRequest("DEMO198", 50_000.0, 4, settings=FRACTIONS))
    first = in_fractions.summary["stages"][0]["value"] - fewer.summary["stages"][0]["value"]
    assert told["last"]["change"] == pytest.approx(first, rel=1e-6)
    assert told["last"]["change"] < 0
    ranks = in_fractions.summary["plan"]["ranks_short"] - fewer.summary["plan"]["ranks_short"]
    assert told["last"]["ranks_short"] == pytest.approx(ranks, rel=1e-6, abs=1e-6)
    assert sum(row["change"] for row in told["last"]["skills"]) == pytest.approx(ranks, abs=1e-4)
    assert told["holds_from"] <= told["budget"] <= told["holds_to"]
    # The curve is convex: the next pounds bring no more than the last ones did, the slope lies between.
    assert told["last"]["per_thousand"] <= told["slope"] + 1e-9
    assert told["slope"] <= told["next"]["per_thousand"] + 1e-9


def test_another_budget_in_the_same_sitting_is_the_plan_from_nothing(store, monkeypatch):
    """Value by value; and the second is not solved from nothing."""
    sitting = Sitting()
    plans.make_plan(store, SCOPE, ASKED, sitting=sitting)
    wanted = PlanRequest("DEMO198", 48_000.0, 4)
    cold = plans.make_plan(store, SCOPE, wanted)
    monkeypatch.setattr(solving.solver, "optimised", lambda *_, **__: pytest.fail("solved from nothing"))
    warm = plans.make_plan(store, SCOPE, wanted, sitting=sitting)
    assert warm.plan.status == cold.plan.status == "optimal"
    for one, other in zip(warm.plan.stages, cold.plan.stages, strict=True):
        assert one["value"] == pytest.approx(other["value"], rel=1e-6, abs=1e-6)
    assert max(warm.plan.audit().values()) <= 1e-6
    pd.testing.assert_frame_equal(
        warm.plan.tables.lever_periods.sort_values(["lever", "period"], ignore_index=True),
        cold.plan.tables.lever_periods.sort_values(["lever", "period"], ignore_index=True),
        rtol=1e-5,
        atol=1e-5,
    )


def test_other_money_begins_from_the_plan_whose_money_is_nearest(store, monkeypatch):
    """Plans of £10,000 less and more count too: of £60,000, then £48,000, what the last pounds bought is the plan of £50,000."""
    starts, at = [], Resolver.at

    def heard(resolver, changes, **how):
        if how.get("first") is not None:
            starts.append(how["start"])
        return at(resolver, changes, **how)

    monkeypatch.setattr(Resolver, "at", heard)
    sitting = Sitting()
    for pounds in (60_000.0, 48_000.0, 50_500.0, 60_000.0, *(61_000.0 + 1_000.0 * step for step in range(4))):
        plans.make_plan(store, SCOPE, PlanRequest("DEMO198", pounds, 4, settings=FRACTIONS), sitting=sitting)
    begun = [sum(change.by for change in start.changes) for start in starts]
    assert begun[:3] == pytest.approx([-10_000.0, -10_000.0, 0.0])
    assert len(sitting.known) == 1 + solving.KNOWN
    assert sitting.known[0] is sitting.resolver.base


def test_money_is_worked_out_in_the_sitting_that_has_the_plan(store, job, monkeypatch):
    sitting = Sitting()
    plans.solve_plan(job, sitting=sitting)
    monkeypatch.setattr(solving.solver, "optimised", lambda *_, **__: pytest.fail("solved from nothing"))
    found = plans.work_out_money(plans.MoneyJob(job, "key"), sitting=sitting)
    assert found.summary["complete"]
    assert found.steps["step"].tolist()[-1] == 100_000


def test_tables_written_again_for_another_budget_are_those_built_for_it(store):
    readings = Readings()
    first = plans.prepare_plan(store, SCOPE, ASKED, readings)
    for pounds in (0.0, 10_000.0, 1_000_000.0):
        asked = PlanRequest("DEMO198", pounds, 4)
        again, built = plans.prepare_plan(store, SCOPE, asked, readings), plans.prepare_plan(store, SCOPE, asked)
        assert again.tables.digest() == built.tables.digest()
        assert again.key == built.key
        assert again.key != first.key
        assert again.inputs is first.inputs  # not read again


def test_a_reading_ends_where_other_data_are_taken_in(store, monkeypatch):
    readings = Readings()
    first = plans.prepare_plan(store, SCOPE, ASKED, readings)
    imports = store.query("imports", SCOPE)
    real = store.query

    def one_more(name, scope, **parameters):
        return (
            pd.concat([imports, imports.assign(import_run=imports["import_run"] + 1000)])
            if name == "imports"
            else real(name, scope, **parameters)
        )

    monkeypatch.setattr(store, "query", one_more)
    assert plans.prepare_plan(store, SCOPE, ASKED, readings).inputs is not first.inputs


def test_a_plan_that_is_refused_says_what_may_be_given_up_and_takes_it(store, overcommitted):
    """Starts that are committed and cost more than the budget: each choice that is offered, laid over the request, gives a plan."""
    with pytest.raises(plans.RefusedError) as error:
        plans.make_plan(store, SCOPE, ASKED)
    assert error.value.status == "infeasible"
    assert isinstance(error.value, PlanError)
    choice = error.value.refusal.choices[0]
    taken = plans.make_plan(store, SCOPE, PlanRequest("DEMO198", 60_000.0, 4, relaxed=json.dumps(choice.relaxations)))
    assert taken.plan.status == "optimal"
    assert [row["id"] for row in taken.summary["relaxed"]] == list(choice.relaxations)
    assert "--relax" in str(error.value)


@pytest.mark.parametrize("status", ["cancelled", "stopped"])
def test_time_that_is_over_after_the_plan_in_fractions_is_said(job, monkeypatch, status):
    """Whether the clock is looked at between two solves, or by a solve of its own, the plan that is there stays."""

    def late(*_):
        raise PlanError(status, "the clock says so")

    monkeypatch.setattr(solving, "whole_starts", late)
    found = plans.solve_plan(job)
    assert not found.summary["whole_people"]["on"]
    assert "no time" in found.summary["whole_people"]["reason"]
    assert found.summary["status"] == optimise(job.tables).status == "optimal"
    assert found.ended == "feasible"


@pytest.mark.parametrize("part", ["sides", "worth", "plans", "told"])
def test_time_that_is_over_before_the_last_pounds_are_known_leaves_whole_people(job, result, monkeypatch, part):
    """The plan is the one that is made otherwise, and so is the first that is told; only what the last pounds bought is not said."""

    def late(*_):
        raise PlanError("cancelled", "the clock says so")

    monkeypatch.setattr(solving.Margin, part, late)
    heard = []
    found = plans.solve_plan(job, first=heard.append)
    assert found.summary["whole_people"] == result.summary["whole_people"]
    assert found.summary["last_pound"] is None
    assert (found.ended, result.ended) == ("feasible", "optimal")
    assert len(heard) == 1
    assert (heard[0].summary["last_pound"] is None) == (part in {"sides", "worth"})


def test_who_interrupts_does_not_wait_for_what_is_still_at_work(job, monkeypatch):
    late = []

    def long(margin, _):
        end = time.monotonic() + 20
        while not margin.resolver.cancel():
            if time.monotonic() > end:
                late.append(margin)
                break
            time.sleep(0.01)
        raise PlanError("cancelled", "told to stop")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(solving.Margin, "sides", long)
    monkeypatch.setattr(solving, "whole_starts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plans.solve_plan(job)
    assert late == []


def test_the_plan_in_fractions_is_told_first(job, in_fractions):
    """It is the plan without whole people, with the worth of the last pound, and what comes after it is the plan that is kept."""
    heard: list[plans.PlanResult] = []
    last = plans.solve_plan(job, first=heard.append)
    (first,) = heard
    assert first.summary["plan"]["ranks_short"] == pytest.approx(in_fractions.summary["plan"]["ranks_short"], abs=1e-6)
    told, later = first.summary["last_pound"], last.summary["last_pound"]
    assert told["slope"] < 0
    assert told == {name: later[name] for name in told}
    assert told["holds_from"] <= told["budget"] <= told["holds_to"]
    assert set(later) - set(told) == {"last", "next", "ranks_short"}
    assert first.summary["stages"][0]["value"] <= last.summary["stages"][0]["value"] + 1e-6
    brief = plans.PlanResult.from_json(first.to_json(("actions", "path")))
    assert len(brief.actions) == len(first.actions)
    assert brief.closes.empty
    assert brief.summary["cost"]["total"] == pytest.approx(first.summary["cost"]["total"])
