"""Solving again block by block: held to HiGHS on the whole matrix, whatever joins the groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from highspy import HighsModelStatus
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser import decomposition
from optimiser.arrays import arrays_of
from optimiser.blocks import blocks_of
from optimiser.decomposition import GAP, Answer, Decomposition, plan_of, replan
from optimiser.errors import PlanError
from optimiser.formulation import Programme, directly, formulate, objective
from optimiser.solver import optimise
from optimiser.spread import Floats, inner
from optimiser.tables import PlanningTables, Problem

PERIODS = 4
SKILLS = 3
FACTORS = (0.5, 0.75, 0.95, 1.05, 1.25, 2.0)


class Tables(dict[str, list[dict[str, object]]]):
    """Rows of planning tables, put together one by one."""

    def add(self, table: str, **row: object) -> None:
        self.setdefault(table, []).append(row)

    def made(self, stages: tuple[str, ...] = ("shortfall",)) -> PlanningTables:
        return PlanningTables.from_frames(Problem(PERIODS, stages=stages), {name: pd.DataFrame(rows) for name, rows in self.items()})


def groups(count: int = 5, seed: int = 0, money: float = 30.0, seats: float = 4.0, sense: str = "<=") -> Tables:
    """Invent groups that share money, kept from one period to the next, and seats; each has a limit of its own."""
    rng, tables = np.random.default_rng(seed), Tables()
    tables.add("stocks", stock="money", opening=0.0)
    tables.add("transitions", from_stock="money", to_stock="money", rate=0.9)
    tables.add("inflows", stock="money", amount=money)
    for group in range(count):
        tables.add("limits", limit=f"own:{group}", amount=float(rng.uniform(2, 6)))
        for skill in range(SKILLS):
            stock, lever = f"stock:{group}:{skill}", f"train:{group}:{skill}"
            price = float(rng.uniform(1, 6))
            tables.add("stocks", stock=stock, opening=float(rng.uniform(0, 4)))
            tables.add("transitions", from_stock=stock, to_stock=stock, rate=0.95)
            tables.add("requirements", stock=stock, required=float(rng.uniform(3, 9)), shortfall_weight=float(rng.uniform(0.5, 2)))
            tables.add("levers", lever=lever, unit_cost=price, maximum=float(rng.uniform(1, 4)))
            tables.add("effects", lever=lever, stock=stock, lag=int(rng.integers(0, 2)), amount=1.0)
            tables.add("effects", lever=lever, stock="money", lag=0, amount=-price)
            tables.add("uses", limit=f"own:{group}", kind="lever", item=lever, amount=1.0)
            tables.add("uses", limit=f"seats:{skill}", kind="lever", item=lever, amount=1.0)
    for skill in range(SKILLS):
        tables.add("limits", limit=f"seats:{skill}", amount=seats, sense=sense)
    return tables


@dataclass(frozen=True)
class World:
    """A problem and, if there is one, its exact solution."""

    tables: PlanningTables
    programme: Programme
    costs: Floats

    @classmethod
    def of(cls, tables: PlanningTables) -> World:
        arrays = arrays_of(tables)
        programme = formulate(arrays)
        return cls(tables, programme, objective(arrays, programme.layout, "shortfall"))

    def exact(self, row_lower: Floats, row_upper: Floats) -> tuple[float, Floats, Floats] | None:
        highs = directly(replace(self.programme, row_lower=row_lower, row_upper=row_upper), self.costs, "simplex")
        highs.run()
        if highs.getModelStatus() == HighsModelStatus.kInfeasible:
            return None
        assert highs.getModelStatus() in {HighsModelStatus.kOptimal, HighsModelStatus.kModelEmpty}
        solution = highs.getSolution()
        return highs.getObjectiveValue(), np.array(solution.col_value), np.array(solution.row_dual)

    def now(self) -> tuple[float, Floats, Floats] | None:
        return self.exact(self.programme.row_lower, self.programme.row_upper)

    def parted(self, workers: int = 2) -> Decomposition:
        found = self.now()
        assert found is not None
        made = Decomposition.of(self.programme, self.costs, found[1], found[2], workers=workers)
        assert made is not None
        return made

    def changed(self, factors: dict[str, float]) -> tuple[Floats, Floats]:
        """Return the right-hand sides with those of some items multiplied."""
        times = np.array(
            [next((factor for name, factor in factors.items() if item.startswith(name)), 1.0) for item in self.programme.items]
        )
        lower, upper = self.programme.row_lower, self.programme.row_upper
        return np.where(np.isfinite(lower), lower * times, lower), np.where(np.isfinite(upper), upper * times, upper)

    def keeps(self, values: Floats, row_lower: Floats, row_upper: Floats) -> bool:
        programme, used = self.programme, self.programme.matrix @ values
        slack = 1e-6 * np.maximum(1.0, abs(programme.matrix) @ np.abs(values))
        rows = (used >= row_lower - slack) & (used <= row_upper + slack)
        return bool(rows.all() and (values >= programme.lower - 1e-9).all() and (values <= programme.upper + 1e-6).all())


def agree(world: World, answer: Answer, row_lower: Floats, row_upper: Floats) -> None:
    """Hold an answer to the exact one."""
    exact = world.exact(row_lower, row_upper)
    assert exact is not None
    slip = 1e-6 * max(1.0, abs(exact[0]))
    assert world.keeps(answer.values, row_lower, row_upper)
    assert answer.value == pytest.approx(inner(world.costs, answer.values))
    assert answer.bound <= exact[0] + slip
    assert answer.value >= exact[0] - slip
    assert answer.gap <= GAP
    assert answer.value <= answer.bound + GAP * max(abs(answer.bound), 0.01) + 1e-12


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(4, 7),
    sense=st.sampled_from(["<=", "<=", ">=", "=="]),
    seats=st.sampled_from([0.5, 2.0, 5.0]),
    changes=st.lists(
        st.dictionaries(st.sampled_from(["money", "seats", "own", "stock:0"]), st.sampled_from(FACTORS), min_size=1), min_size=1, max_size=3
    ),
)
def test_a_decomposition_agrees_with_the_whole_matrix(seed, count, sense, seats, changes):
    """Any groups, seats of any sense, one change after another: the same value within the gap, or the same refusal."""
    world = World.of(groups(count, seed, 6.0 * count, seats, sense).made())
    if world.now() is None:
        return
    parted = world.parted()
    for change in changes:
        sides = world.changed(change)
        try:
            answer = parted.at(*sides)
        except PlanError as error:
            assert error.status == "infeasible"
            assert world.exact(*sides) is None
        else:
            agree(world, answer, *sides)


def test_a_gap_of_nothing_gives_the_exact_value():
    world = World.of(groups().made())
    sides = world.changed({"money": 0.8})
    exact = world.exact(*sides)
    assert exact is not None
    answer = world.parted().at(*sides, gap=0.0)
    assert answer.value == pytest.approx(exact[0], rel=1e-7)
    assert answer.bound == pytest.approx(exact[0], rel=1e-7)


def test_an_unchanged_problem_is_answered_without_a_round():
    world = World.of(groups().made())
    found = world.now()
    assert found is not None
    answer = world.parted().at(world.programme.row_lower, world.programme.row_upper)
    assert answer.rounds == 0
    assert answer.value == pytest.approx(found[0])


def test_blocks_are_the_groups_whatever_their_names_and_the_order_of_rows():
    """The items of each block, taken back to the names of the invention, are those of one group."""
    tables = groups(6)
    names = sorted(
        {str(row[key]) for table, key in (("stocks", "stock"), ("levers", "lever"), ("limits", "limit")) for row in tables[table]}
    )
    rng = np.random.default_rng(5)
    other = {name: f"n{place:03}" for name, place in zip(names, rng.permutation(len(names)).tolist(), strict=True)}
    renamed = Tables(
        {
            table: [
                {key: other.get(str(value), value) for key, value in rows[place].items()} for place in rng.permutation(len(rows)).tolist()
            ]
            for table, rows in tables.items()
        }
    )
    back = {new: old for old, new in other.items()}
    for world, called in ((World.of(tables.made()), {name: name for name in names}), (World.of(renamed.made()), back)):
        found = blocks_of(world.programme)
        assert found is not None
        inside = [{called[world.programme.items[row]] for row in rows} for rows in found.rows]
        wanted = [
            {name for name in names if name.split(":")[1:2] == [str(group)] and not name.startswith(("seats", "train"))}
            for group in range(6)
        ]
        assert sorted(map(sorted, inside)) == sorted(map(sorted, wanted))
        assert {called[world.programme.items[row]] for row in found.joining} == {"money", *(f"seats:{skill}" for skill in range(SKILLS))}
        placed = np.concatenate([*found.columns, found.shared])
        assert np.array_equal(np.sort(placed), np.arange(world.programme.layout.size))


def test_what_does_not_fall_apart_is_left_whole():
    """Stocks that all flow into one another have no few rows that part them; neither has an empty problem."""
    tables = Tables()
    for number in range(6):
        for other in range(6):
            tables.add("transitions", from_stock=f"s{number}", to_stock=f"s{other}", rate=0.1)
        tables.add("stocks", stock=f"s{number}", opening=1.0)
        tables.add("requirements", stock=f"s{number}", required=2.0)
    for world in (World.of(tables.made()), World.of(PlanningTables.from_frames(Problem(2, stages=("shortfall",)), {}))):
        found = world.now()
        assert found is not None
        assert Decomposition.of(world.programme, world.costs, found[1], found[2]) is None


def test_whole_numbers_are_not_mixed():
    """Half of one whole plan and half of another is none."""
    tables = groups()
    world = World.of(tables.made())
    found = world.now()
    assert found is not None
    tables["levers"][0]["whole"] = True
    whole = World.of(tables.made())
    assert Decomposition.of(whole.programme, whole.costs, found[1], found[2]) is None


def test_a_seat_limit_that_did_not_bind_joins_in_when_it_does():
    world = World.of(groups(seats=100.0).made())
    parted = world.parted()
    before = len(parted.active)
    sides = world.changed({"seats": 0.01})
    agree(world, parted.at(*sides), *sides)
    assert len(parted.active) > before


def test_what_cannot_be_is_proven_impossible_and_the_next_change_still_answered():
    """Seats that must be filled, and too little money for it: refused with a proof; a group's own limit that nobody can keep: too."""
    world = World.of(groups(sense=">=", seats=2.0, money=40.0).made())
    parted = world.parted()
    for impossible in ({"money": 0.05}, {"seats": 50.0}, {"own:2": -1.0}):
        sides = world.changed(impossible)
        assert world.exact(*sides) is None
        with pytest.raises(PlanError) as refused:
            parted.at(*sides)
        assert refused.value.status == "infeasible"
        sides = world.changed({"money": 1.1})
        agree(world, parted.at(*sides), *sides)


def test_a_stock_in_the_rows_of_every_group_takes_those_rows_out_of_the_groups():
    """Trainers can be hired with the common money, and every group may train twice what there are: blocks share rows, never columns."""
    tables = groups(7, money=60.0)
    tables.add("stocks", stock="trainers", opening=0.5)
    tables.add("transitions", from_stock="trainers", to_stock="trainers", rate=0.9)
    tables.add("levers", lever="hire", unit_cost=5.0)
    tables.add("effects", lever="hire", stock="trainers", lag=1, amount=1.0)
    tables.add("effects", lever="hire", stock="money", lag=0, amount=-5.0)
    for group in range(7):
        tables.add("uses", limit=f"own:{group}", kind="stock", item="trainers", amount=-2.0)
    world = World.of(tables.made())
    found = blocks_of(world.programme)
    assert found is not None
    matrix = world.programme.matrix
    for rows, columns in zip(found.rows, found.columns, strict=True):
        outside = np.setdiff1d(np.arange(world.programme.layout.size), columns)
        assert not abs(matrix[rows][:, outside]).sum()
    parted = world.parted()
    for factor in FACTORS:
        sides = world.changed({"money": factor})
        agree(world, parted.at(*sides), *sides)


def test_a_block_without_a_least_lends_its_way_to_go_on():
    """At prices other than the exact ones a group would borrow without end: its ways are mixed like its plans."""
    tables = groups()
    for group in range(5):
        tables.add("stocks", stock=f"stock:{group}:debt", opening=0.0)
        tables.add("levers", lever=f"borrow:{group}", unit_cost=0.0)
        for period in range(1, PERIODS):
            tables.add("effects", lever=f"borrow:{group}", stock="money", lag=0, amount=1.0, period=period)
            tables.add("effects", lever=f"borrow:{group}", stock="money", lag=1, amount=-1.2, period=period)
            tables.add("effects", lever=f"borrow:{group}", stock=f"stock:{group}:debt", lag=0, amount=1.0, period=period)
    world = World.of(tables.made())
    parted = world.parted()
    assert any(part.ray for part in parted.parts)
    for factor in FACTORS:
        sides = world.changed({"money": factor})
        agree(world, parted.at(*sides), *sides)


def test_the_same_changes_give_the_same_answers_with_one_worker_or_two():
    world = World.of(groups(7, 3).made())
    answers = []
    for workers in (1, 2, 2):
        parted = world.parted(workers)
        answers.append([parted.at(*world.changed({"money": factor})) for factor in (0.8, 1.3)])
    for first, second in zip(answers[0] + answers[0], answers[1] + answers[2], strict=True):
        assert (first.value, first.bound, first.rounds) == (second.value, second.bound, second.rounds)
        assert np.array_equal(first.values, second.values)


def test_better_plans_follow_the_first_and_every_one_is_a_plan():
    world = World.of(groups(7, 3).made())
    sides = world.changed({"money": 0.5})
    heard: list[Answer] = []
    answer = world.parted().at(*sides, gap=0.0, better=heard.append)
    assert len(heard) > 1
    assert all(one.gap > other.gap for one, other in pairwise(heard))
    exact = world.exact(*sides)
    assert exact is not None
    for each in heard:
        assert world.keeps(each.values, *sides)
        assert each.bound <= exact[0] + 1e-6 <= each.value + 2e-6
    assert answer.value <= heard[-1].value


def test_cancelled_is_cancelled_and_a_time_limit_gives_the_best_so_far():
    world = World.of(groups(7, 3).made())
    sides = world.changed({"money": 0.5})
    parted = world.parted()
    with pytest.raises(PlanError) as refused:
        parted.at(*sides, gap=0.0, cancel=lambda: True)
    assert refused.value.status == "cancelled"
    answer = parted.at(*sides, gap=0.0, time_limit=0.0)
    assert world.keeps(answer.values, *sides)
    assert answer.rounds == 0
    agree(world, parted.at(*sides), *sides)


def test_a_plan_of_an_answer_passes_the_audit_of_its_own_tables():
    world = World.of(groups().made())
    answer = world.parted().at(*world.changed({"money": 1.25}))
    changed = groups(money=30.0 * 1.25).made(stages=("shortfall", "cost"))
    plan = plan_of(changed, world.programme, answer)
    assert plan.status == "feasible"
    assert plan.stages[0] == {"name": "shortfall", "value": pytest.approx(answer.value, abs=1e-6), "bound": answer.bound, "gap": plan.gap}
    assert plan.gap is not None
    assert plan.gap <= GAP + 1e-9
    assert max(plan.audit().values()) <= 1e-6
    assert {stage["name"] for stage in plan.stages} == {"shortfall", "cost"}
    with pytest.raises(PlanError):
        plan_of(groups(money=3.0).made(), world.programme, answer)


def test_a_solved_plan_is_planned_again_for_other_tables():
    """From a plan of three stages to one for less money and more demand, as near to the exact one as is proven."""
    parted = Decomposition.keeping(optimise(groups().made(stages=("shortfall", "cost", "moves"))))
    assert parted is not None
    tables = groups(money=25.0)
    for row in tables["requirements"]:
        row["required"] = float(str(row["required"])) + 1.0
    changed = tables.made(stages=("shortfall", "cost", "moves"))
    plan, exact = replan(parted, changed), float(str(optimise(changed).stages[0]["value"]))
    assert plan.bound is not None
    assert plan.bound - 1e-6 <= exact <= float(str(plan.stages[0]["value"])) + 1e-6
    assert plan.gap is not None
    assert plan.gap <= GAP
    assert plan.tables is changed


@pytest.mark.parametrize(
    "table, column, value", [("levers", "maximum", 9.0), ("requirements", "shortfall_weight", 9.0), ("effects", "amount", 9.0)]
)
def test_tables_that_differ_in_more_than_right_hand_sides_are_not_planned_again(table, column, value):
    parted = World.of(groups().made()).parted()
    tables = groups()
    tables[table][0][column] = value
    with pytest.raises(ValueError, match="from nothing"):
        replan(parted, tables.made())


def test_what_is_known_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(decomposition, "KEPT", 8)
    world = World.of(groups().made())
    parted = world.parted()
    for factor in (0.6, 0.9, 1.2, 1.5, 0.7, 1.1):
        sides = world.changed({"money": factor})
        agree(world, parted.at(*sides), *sides)
        assert len(parted.parts) <= 8 * len(parted.blocks)
