"""Published problems, written as planning tables alone, give their published optima."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from optimiser.solver import optimise
from optimiser.tables import PlanningTables

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize("case, published", [("williams_cost", 498677.285), ("williams_redundancy", 841.797)])
def test_williams_manpower_planning(case, published):
    """H. P. Williams prints 498,677.29 pounds and 841.80 redundancies."""
    plan = optimise(PlanningTables.read(CASES / case))
    assert plan.status == "optimal"
    (stage,) = plan.stages
    assert (stage["name"], round(stage["value"], 3)) == ("cost", published)
    assert max(plan.audit().values()) < 1e-9


def test_williams_least_cost_among_the_plans_with_fewest_redundancies():
    """1,441,389.80 pounds: a goal of one's own, then the cost on its optimal face."""
    tables = PlanningTables.read(CASES / "williams_cost")
    redundancies = [lever for lever in tables.levers["lever"] if lever.startswith("make redundant")]
    goals = pd.DataFrame({"goal": "fewest", "kind": "lever", "item": redundancies, "amount": 1.0})
    problem = dataclasses.replace(tables.problem, stages=("goal:fewest", "cost"))
    plan = optimise(PlanningTables.from_frames(problem, tables.frames() | {"goals": goals}))
    assert [round(stage["value"], 2) for stage in plan.stages] == [841.80, 1441389.80]
    assert max(plan.audit().values()) < 1e-9


def test_williams_redundancy_as_the_shortfall_of_a_zero_requirement():
    """The same problem told otherwise: a redundancy is what a requirement of 0 lacks, its lever negative cover."""
    tables = PlanningTables.read(CASES / "williams_redundancy")
    frames = tables.frames()
    redundancies = [lever for lever in tables.levers["lever"] if lever.startswith("make redundant")]
    frames["stocks"] = pd.concat([frames["stocks"], pd.DataFrame({"stock": ["made redundant"]})])
    frames["requirements"] = pd.concat([frames["requirements"], pd.DataFrame({"stock": ["made redundant"], "required": [0.0]})])
    frames["cover"] = pd.concat([frames["cover"], pd.DataFrame({"lever": redundancies, "stock": "made redundant", "amount": -1.0})])
    problem = dataclasses.replace(tables.problem, stages=("shortfall",))
    plan = optimise(PlanningTables.from_frames(problem, frames))
    assert round(plan.stages[0]["value"], 3) == 841.797
    assert plan.inflation() == 0.0


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_every_case_says_where_it_comes_from_and_what_is_expected(case):
    text = (CASES / case / "README.md").read_text("utf-8")
    assert "Expected" in text
    assert "optimum" in text
