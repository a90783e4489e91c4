"""Published problems, written as planning tables alone, give their published optima.

Each but Williams' is also written straight from its statement, as a matrix for scipy: so that neither a slip in the tables nor one in
the printed figure passes.
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from optimiser.plan import Plan
from optimiser.solver import optimise
from optimiser.tables import PlanningTables

CASES = Path(__file__).parents[1] / "cases"


def used(plan: Plan) -> dict[tuple[str, int], float]:
    return {(row.lever, row.period): round(row.amount, 4) for row in plan.actions.itertuples()}


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


@pytest.mark.parametrize(
    "case, stages, published",
    [("williams_redundancy", ("shortfall",), [841.80]), ("williams_cost", ("shortfall", "cost"), [841.80, 1441389.80])],
)
def test_williams_redundancy_as_the_shortfall_of_a_zero_requirement(case, stages, published):
    """The same problem told otherwise: a redundancy is what a requirement of 0 lacks, its lever negative cover; then the cost."""
    tables = PlanningTables.read(CASES / case)
    frames = tables.frames()
    redundancies = [lever for lever in tables.levers["lever"] if lever.startswith("make redundant")]
    frames["stocks"] = pd.concat([frames["stocks"], pd.DataFrame({"stock": ["made redundant"]})])
    frames["requirements"] = pd.concat([frames["requirements"], pd.DataFrame({"stock": ["made redundant"], "required": [0.0]})])
    frames["cover"] = pd.concat([frames["cover"], pd.DataFrame({"lever": redundancies, "stock": "made redundant", "amount": -1.0})])
    problem = dataclasses.replace(tables.problem, stages=stages)
    plan = optimise(PlanningTables.from_frames(problem, frames))
    assert [round(stage["value"], 2) for stage in plan.stages] == published
    assert plan.inflation() == 0.0


# The printed optimum of each case, to the digits that its source prints, and where the source has one plan, the actions it prints.
PUBLISHED = {
    "national_wing": (1098000, 0, {("recruit", 2): 40, ("teach", 2): 20}),
    "union_airways": (
        30610,
        0,
        dict(
            zip([(f"shift {n} from {at}", 1) for n, at in enumerate(("06", "08", "12", "16", "22"), 1)], (48, 31, 39, 43, 15), strict=True)
        ),
    ),
    "post_office": (23, 0, {}),
    "red_tomato": (422660, 0, {("lay off", 1): 16, ("subcontract", 4): 140, ("deliver late", 4): 220, ("make", 1): 2560}),
    "surestep": (692500, 0, {("fire", 1): 6.25, ("fire", 3): 43.75, ("make a pair", 1): 3750, ("make a pair", 2): 3750}),
    "nuclear_technicians": (3627279, 0, {("train", 1): 13.6538, ("train", 3): 72.2115}),
    "computer_services": (593777, 0, {("train", 2): 8.4532, ("train", 3): 11.4501, ("train", 4): 9.5181}),
}
WILLIAMS = {"williams_cost", "williams_redundancy"}


def test_every_case_is_held_to_its_published_optimum():
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == set(PUBLISHED) | WILLIAMS


@pytest.mark.parametrize("case", sorted(PUBLISHED))
def test_a_published_optimum(case):
    """As printed, proven optimal, and by the actions printed; levers that the source does not name are free."""
    published, digits, actions = PUBLISHED[case]
    plan = optimise(PlanningTables.read(CASES / case))
    assert plan.status == "optimal"
    (stage,) = plan.stages
    assert round(stage["value"], digits) == published
    assert actions.items() <= used(plan).items()
    named = {lever for lever, _ in actions}
    assert {use for use in used(plan) if use[0] in named - {"make", "make a pair"}} <= set(actions), "nothing more of what the source names"
    assert max(plan.audit().values()) < 1e-9
    assert plan.inflation() == 0.0


@pytest.mark.parametrize(
    "case, whole, published, digits",
    [("post_office", (), 22.33, 2), ("red_tomato", (), 422275, 0), ("surestep", ("hire", "fire", "overtime hour"), 692820, 0)],
)
def test_the_optimum_in_parts_of_people_and_in_whole_people(case, whole, published, digits):
    """Sources print both; the folder holds one, and its column `whole` turned round gives the other."""
    tables = PlanningTables.read(CASES / case)
    levers = tables.levers.assign(whole=tables.levers["lever"].isin(whole))
    plan = optimise(PlanningTables.from_frames(tables.problem, tables.frames() | {"levers": levers}))
    assert plan.status == "optimal"
    assert round(plan.stages[0]["value"], digits) == published


@pytest.mark.parametrize("case", sorted({*PUBLISHED, *WILLIAMS}))
def test_a_folder_of_parquet_gives_the_same_plan(case, tmp_path):
    tables = PlanningTables.read(CASES / case)
    tables.write(tmp_path, "parquet")
    assert not list(tmp_path.glob("*.csv"))
    first, second = optimise(tables), optimise(PlanningTables.read(tmp_path))
    assert first.stages == second.stages
    for name in ("actions", "stocks", "coverage", "limits", "shadow_prices"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_every_case_says_where_it_comes_from_and_what_is_expected(case):
    text = (CASES / case / "README.md").read_text("utf-8")
    assert "Expected" in text
    assert "optimum" in text
    if case in PUBLISHED:
        assert "checked" in text, "what was read in a source, and what is only recalled"


class Direct:
    """A programme written variable by variable and row by row, for scipy."""

    def __init__(self) -> None:
        self.costs, self.most, self.whole, self.rows = [], [], [], []

    def some(self, count, cost=0.0, most=np.inf, *, whole=False):
        """Add `count` variables from 0 on, one a period."""
        first = len(self.costs)
        self.costs += [cost] * count
        self.most += [most] * count
        self.whole += [whole] * count
        return list(range(first, first + count))

    def hold(self, terms, low=-np.inf, high=np.inf):
        self.rows.append((terms, low, high))

    def least(self):
        matrix = np.zeros((len(self.rows), len(self.costs)))
        for row, (terms, _, _) in enumerate(self.rows):
            for column, amount in terms:
                matrix[row, column] += amount
        rows = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        return milp(self.costs, constraints=rows, bounds=Bounds(0, self.most), integrality=self.whole, options={"mip_rel_gap": 0.0}).fun


def chain(direct, stock, start, *changes):
    """Hold stock[t] = stock[t-1] + the changes, each a sign and variables, from `start` on."""
    for t, at in enumerate(stock):
        before = [(stock[t - 1], -1.0)] if t else []
        known = start if t == 0 else 0.0
        direct.hold([(at, 1.0), *before, *((change[t], -sign) for sign, change in changes)], known, known)


def national_wing():
    direct = Direct()
    producers, teachers, recruits, apprentices = (direct.some(3, pay) for pay in (3000, 3300, 2200, 2600))
    made = [(0.6, producers), (0.3, teachers), (0.05, recruits), (0.4, apprentices)]
    for t, owed in enumerate((20, 44, 74)):
        direct.hold([(who[month], each) for each, who in made for month in range(t + 1)], owed)
        direct.hold([(teachers[t], 2.0), (recruits[t], -1.0)], 0.0)
    direct.hold([(apprentices[0], 1.0)], 0.0, 0.0)
    direct.hold([(recruits[2], 1.0)], 0.0, 0.0)
    direct.hold([(producers[0], 1.0), (teachers[0], 1.0)], 100.0, 100.0)
    for before, now in pairwise(range(3)):
        direct.hold([(apprentices[now], 1.0), (recruits[before], -1.0)], 0.0, 0.0)
        gone = [(producers[before], -1.0), (teachers[before], -1.0), (apprentices[before], -1.0)]
        direct.hold([(producers[now], 1.0), (teachers[now], 1.0), *gone], 0.0, 0.0)
    direct.hold([(who[2], 1.0) for who in (producers, teachers, apprentices)], 140.0)
    return direct.least()


def union_airways():
    direct = Direct()
    shifts = [direct.some(1, pay)[0] for pay in (170, 160, 175, 180, 195)]
    starts = (6, 8, 12, 16, 22)
    needs = dict.fromkeys(range(6), 15) | {
        hour: need for need, first in zip((48, 79, 65, 87, 64, 73, 82, 43, 52), range(6, 24, 2), strict=True) for hour in (first, first + 1)
    }
    for hour, need in needs.items():
        direct.hold([(shift, 1.0) for shift, start in zip(shifts, starts, strict=True) if (hour - start) % 24 < 8], need)
    return direct.least()


def post_office():
    direct = Direct()
    starts = direct.some(7, 1.0, whole=True)
    for day, need in enumerate((17, 13, 15, 19, 14, 16, 11)):
        direct.hold([(starts[(day - worked) % 7], 1.0) for worked in range(5)], need)
    return direct.least()


def red_tomato():
    direct = Direct()
    hired, fired, workers = (direct.some(6, cost, whole=True) for cost in (300, 500, 8 * 20 * 4))
    overtime, kept, owed, bought, made = (direct.some(6, cost) for cost in (6, 2, 5, 30, 10))
    chain(direct, workers, 80, (1, hired), (-1, fired))
    for t, demand in enumerate((1600 - 1000, 3000, 3200, 3800, 2200, 2200)):
        before = [(kept[t - 1], 1.0), (owed[t - 1], -1.0)] if t else []
        direct.hold([(made[t], 1.0), (bought[t], 1.0), *before, (kept[t], -1.0), (owed[t], 1.0)], demand, demand)
        direct.hold([(made[t], 4.0), (workers[t], -160.0), (overtime[t], -1.0)], high=0.0)
        direct.hold([(overtime[t], 1.0), (workers[t], -10.0)], high=0.0)
    direct.hold([(kept[5], 1.0)], 500.0)
    direct.hold([(owed[5], 1.0)], 0.0, 0.0)
    return direct.least()


def surestep():
    direct = Direct()
    hired, fired, workers, overtime, kept, made = (direct.some(4, cost) for cost in (1600, 2000, 1500, 13, 3, 15))
    chain(direct, workers, 100, (1, hired), (-1, fired))
    for t, demand in enumerate((3000 - 500, 5000, 2000, 1000)):
        direct.hold([(made[t], 1.0), *([(kept[t - 1], 1.0)] if t else []), (kept[t], -1.0)], demand, demand)
        direct.hold([(made[t], 4.0), (workers[t], -160.0), (overtime[t], -1.0)], high=0.0)
        direct.hold([(overtime[t], 1.0), (workers[t], -20.0)], high=0.0)
    return direct.least()


def technicians(hours, start, each, lesson, pay, grant):
    """Hours to be worked, technicians at the start, what one works in a month, what a trainee takes of it, pay of both; 5% leave."""
    direct = Direct()
    there, begin = direct.some(len(hours), pay), direct.some(len(hours), grant)
    direct.hold([(there[0], 1.0)], start, start)
    for t, need in enumerate(hours):
        direct.hold([(there[t], each), (begin[t], -lesson)], need)
    for before, now in pairwise(range(len(hours))):
        direct.hold([(there[now], 1.0), (there[before], -0.95), (begin[before], -1.0)], 0.0, 0.0)
    return direct.least()


def nuclear_technicians():
    return technicians((40000, 45000, 35000, 50000, 45000), 350, 130, 90, 2000, 900)


def computer_services():
    return technicians((6000, 7000, 8000, 9500, 11000), 50, 160, 50, 2000, 1000)


@pytest.mark.parametrize(
    "model",
    [national_wing, union_airways, post_office, red_tomato, surestep, nuclear_technicians, computer_services],
    ids=lambda model: model.__name__,
)
def test_a_matrix_written_from_the_statement_agrees(model):
    """The tables, the matrix and the source come to one figure."""
    plan = optimise(PlanningTables.read(CASES / model.__name__))
    published, digits, _ = PUBLISHED[model.__name__]
    assert plan.stages[0]["value"] == pytest.approx(model(), rel=1e-9)
    assert round(model(), digits) == published
