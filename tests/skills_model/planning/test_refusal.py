"""No plan: why, in the planner's words, and what may be given up so that there is one."""

from __future__ import annotations

import json
import pickle
import shlex

import pandas as pd
import pytest

from optimiser.errors import PlanError
from optimiser.relaxation import alternatives, how_much
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model.errors import ScenarioError
from skills_model.planning import build, build_world, refusal
from skills_model.planning.refusal import Refusal, Relaxation
from tests.skills_model import tiny


@pytest.fixture
def world():
    return build_world(tiny.inputs(), tiny.scenario(2_000.0), tiny.assumptions())


@pytest.fixture
def tables(world):
    return build(world.inputs, world.scenario, world.assumptions)


def forced(tables: PlanningTables, lever: str, amount: float, *periods: int) -> PlanningTables:
    """Ask for starts that are committed already."""
    rows = pd.DataFrame({"lever": lever, "period": periods, "minimum": amount, "maximum": max(amount, 10.0)})
    return PlanningTables.from_frames(tables.problem, tables.frames() | {"lever_periods": rows})


def refused(tables: PlanningTables, world) -> tuple[PlanError, Refusal]:
    """Solve tables that have no plan."""
    with pytest.raises(PlanError) as raised:
        optimise(tables)
    error = raised.value
    assert error.status == "infeasible"
    changes = sorted(alternatives(tables, refusal.asked_about(error), 30.0), key=how_much)
    return error, refusal.explained(error, world, [[(one.family, one.item, one.period, one.change) for one in of] for of in changes])


def lever_of(tables: PlanningTables, kind: str) -> str:
    return str(tables.levers.loc[tables.levers["kind"] == kind, "lever"].iloc[0])


def test_committed_starts_that_the_money_does_not_pay(world, tables):
    """Three starts of training at £100 and more in a quarter are paid; starts for £100,000 are not."""
    broken = forced(tables, lever_of(tables, "train"), 1_000.0, 1)
    _, told = refused(broken, world)
    named = "“Train: Data modelling to rank 1 for Analyst”"
    assert told.sentence.startswith(f"{named} ")
    assert any(said.startswith(f"{named} is asked for, ") for said in told.conflict)
    assert any(f" FTE fewer of {named}, " in choice.sentence for choice in told.choices)
    every_choice_gives_a_plan(broken, told)


def test_committed_hires_that_cannot_be_paid_name_the_money(world, tables):
    broken = forced(tables, lever_of(tables, "recruit"), 3.0, 1)
    error, told = refused(broken, world)
    assert error.conflict
    assert "recruit" in told.sentence.lower()
    every_choice_gives_a_plan(broken, told)


@pytest.mark.parametrize(
    "given, said",
    [
        ("start-train:analyst:data-modelling:2@1:-493.2", "Start 493.2 FTE fewer of “Train: Data modelling to rank 2 for Analyst”"),
        ("start-recruit:analyst@1:-11.87", "Start 11.9 FTE fewer of “Recruit: Analyst”"),
        ("start-promote:analyst:engineer@1:-3", "Start 3 FTE fewer of “Promote: Analyst to Engineer”"),
        ("start-end-cover:analyst@1:-0.01", "Start 0.01 FTE fewer of “End bank or agency cover: Analyst”"),
        ("posts:analyst@1:+1240.5", "Fund 1,240.5 FTE more in posts for Analyst"),
        ("need-skill:analyst:data-modelling@1:-2.25", "Accept that 2.2 FTE are missing for Analyst in Data modelling"),
    ],
)
def test_what_may_be_given_up_names_actions_as_tables_do_and_rounds_as_they_do(world, given, said):
    (told,) = refusal.told(refusal.accepted(json.dumps([given])), world)
    assert told["sentence"].startswith(f"{said}, from April to June 2026")


def test_a_need_is_told_by_the_name_of_its_skill(world):
    entry = {"family": "cover", "period": 1, "attributes": {"skill": "data-modelling", "role_level": "analyst"}}
    told = refusal.explained(PlanError("infeasible", "No plan.", [entry]), world)
    assert told.sentence == "Full cover of Data modelling for Analyst from April to June 2026 cannot be done within the rules."
    assert told.conflict == ("Full cover of Data modelling for Analyst is asked for, from April to June 2026.",)


def test_a_hard_need_that_nothing_can_meet(world, tables):
    needs = tables.requirements.copy()
    staff = needs["stock"].str.startswith("staff:") & (needs["period"] == 1)
    first = needs.index[staff][0]
    needs["hard"] = needs["hard"].mask(needs.index == first, other=True)
    needs.loc[first, "required"] = 50.0
    broken = PlanningTables.from_frames(tables.problem, tables.frames() | {"requirements": needs})
    _, told = refused(broken, world)
    assert "full establishment" in told.sentence
    assert any(choice.sentence.startswith("Accept that") for choice in told.choices)
    every_choice_gives_a_plan(broken, told)


def test_what_is_already_committed_costs_more_than_there_is(world, tables):
    """A stream that is owed more than it has: nothing that a plan does mends that; money does."""
    money = world.money("development")
    inflows = tables.inflows.copy()
    inflows.loc[inflows["stock"] == money, "amount"] = -500.0
    broken = PlanningTables.from_frames(tables.problem, tables.frames() | {"inflows": inflows})
    _, told = refused(broken, world)
    assert "costs more than there is" in told.sentence
    assert "Development" in told.sentence
    assert any(choice.sentence.startswith("Give the stream Development") and "£500 more" in choice.sentence for choice in told.choices)
    every_choice_gives_a_plan(broken, told)


def every_choice_gives_a_plan(broken: PlanningTables, told: Refusal) -> None:
    """Hold that each choice by itself is enough, read from the text that a command takes."""
    assert told.choices
    for choice in told.choices:
        given_up = refusal.accepted(json.dumps(choice.relaxations))
        assert tuple(one.id for one in given_up) == choice.relaxations
        assert optimise(refusal.relaxed(broken, given_up)).status == "optimal"


def test_a_refusal_can_be_written_read_and_printed(world, tables):
    _, told = refused(forced(tables, lever_of(tables, "train"), 1_000.0, 1), world)
    assert Refusal.from_json(told.to_json()) == told
    assert pickle.loads(pickle.dumps(told)) == told
    assert f"--relax {told.choices[0].relaxations[0]}" in str(told)
    assert "lever_periods" not in str(told)


def test_what_a_refusal_offers_is_safe_in_a_shell_and_says_no_code(world, tables):
    """Letters, digits and marks that no shell takes for its own; the organisation is not repeated."""
    _, told = refused(forced(tables, lever_of(tables, "train"), 1_000.0, 1), world)
    for one in [one for choice in told.choices for one in choice.relaxations]:
        assert shlex.quote(one) == one
        assert world.code not in one


@pytest.mark.parametrize("status, said", [("stopped", "time limit"), ("cancelled", "Cancelled")])
def test_a_solve_that_came_to_no_end_names_no_stage(status, said):
    told = str(refusal.in_words(PlanError(status, "The limit was reached in stage shortfall before any plan was found.")))
    assert said in told
    assert "stage" not in told


@pytest.mark.parametrize(
    "text",
    [
        "posts:developer@5:+0.5",
        "posts:developer@5-12:+0.5",
        "starts:graduate-scheme@5-12:+2",
        "give-money:development@1:+1000,5:+250.25",
        "start-train:a:b:2@1-2:-0.5,4:-1",
        "most-recruit:a@1:+1",
        "need-staff:a@1:-1",
    ],
)
def test_a_relaxation_is_a_text_of_its_own(text):
    read = Relaxation.read(text)
    assert read is not None
    assert read.id == text


def test_what_is_no_relaxation_is_named_every_time():
    with pytest.raises(ScenarioError) as error:
        refusal.accepted('["nonsense", "posts:a@0", "a b@1:+1", "posts:a@1-9999:+1", "posts:a@8-5:+1"]')
    assert len(error.value.faults) == 5
    with pytest.raises(ScenarioError):
        refusal.accepted("not a list")
    assert refusal.accepted("[]") == []


def test_a_relaxation_of_something_else_is_refused(tables):
    with pytest.raises(ScenarioError) as error:
        refusal.relaxed(tables, refusal.accepted('["posts:nobody@1:+1", "market:data@99:+1"]'))
    assert len(error.value.faults) == 2


def test_a_relaxation_changes_one_number_and_nothing_else(tables):
    limit = next(name for name in tables.limits["limit"] if name.startswith("market:"))
    before = tables.limits[tables.limits["limit"] == limit]
    assert before["period"].isna().all()
    after = refusal.relaxed(tables, refusal.accepted(f'["{limit.replace(":TINY1", "")}@2:+1.5"]'))
    rows = after.limits[after.limits["limit"] == limit]
    assert rows.loc[rows["period"] == 2, "amount"].tolist() == [pytest.approx(before["amount"].iloc[0] + 1.5)]
    assert len(after.limits) == len(tables.limits) + 1
    for name, frame in tables.frames().items():
        if name != "limits":
            pd.testing.assert_frame_equal(frame, after.frames()[name])


def test_what_was_given_up_is_said(world):
    told = refusal.told(refusal.accepted('["give-money:development@1-2:+500"]'), world)
    assert told == [
        {
            "id": "give-money:development@1-2:+500",
            "sentence": "Give the stream Development £1,000 more in all, from April to September 2026",
        }
    ]
