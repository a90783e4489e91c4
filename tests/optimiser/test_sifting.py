"""Solving first without what is hardly worth its price: what is left out, and the same plan with it and without."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from optimiser import session, sifting, solver
from optimiser.arrays import arrays_of
from optimiser.errors import PlanError
from optimiser.formulation import formulate, objective
from optimiser.tables import PlanningTables, Problem

PERIODS = 6
GROUPS = 40


def groups(pounds: float) -> PlanningTables:
    """Invent groups in each of which a cheap and a dear lever add to a skill, paid from an account that one stream fills.

    Nobody is trained who holds the skill; recruits hold it as often as not, so that they make room for training and never use it up.
    """
    rng = np.random.default_rng(5)
    rows: dict[str, list[dict[str, object]]] = {}

    def add(table: str, **row: object) -> None:
        rows.setdefault(table, []).append(row)

    add("stocks", stock="account")
    add("stocks", stock="stream")
    add("transitions", from_stock="stream", to_stock="stream", rate=1.0)
    add("inflows", stock="stream", amount=pounds / PERIODS)
    add("levers", lever="fund", unit_cost=0.0, move_weight=0.0)
    add("effects", lever="fund", stock="stream", amount=-1.0)
    add("effects", lever="fund", stock="account", amount=1.0)
    for group in range(GROUPS):
        people = float(rng.uniform(5, 15))
        for stock, opening, needed in ((f"staff{group}", people, people + 2), (f"skill{group}", people / 4, people)):
            add("stocks", stock=stock, opening=opening)
            add("transitions", from_stock=stock, to_stock=stock, rate=0.97)
            add("requirements", stock=stock, required=needed, shortfall_weight=1.0)
        add("limits", limit=f"room{group}", amount=0.0)
        add("uses", limit=f"room{group}", kind="stock", item=f"skill{group}", amount=1.0)
        add("uses", limit=f"room{group}", kind="stock", item=f"staff{group}", amount=-1.0)
        dear = group % 4 > 0
        for lever, usual in (("train", 900.0 if dear else 100.0), ("coach", 1300.0)):
            price = usual * float(rng.uniform(0.9, 1.1))
            add("levers", lever=f"{lever}{group}", unit_cost=price)
            add("effects", lever=f"{lever}{group}", stock=f"skill{group}", lag=1, amount=0.9)
            add("effects", lever=f"{lever}{group}", stock="account", amount=-price)
            add("uses", limit=f"room{group}", kind="lever", item=f"{lever}{group}", amount=1.0)
        add("levers", lever=f"recruit{group}", unit_cost=5.0, maximum=0.2)
        add("effects", lever=f"recruit{group}", stock=f"staff{group}", lag=1, amount=1.0)
        add("effects", lever=f"recruit{group}", stock=f"skill{group}", lag=1, amount=0.5)
        add("effects", lever=f"recruit{group}", stock="account", amount=-5.0)
    frames = {name: pd.DataFrame(found) for name, found in rows.items()}
    return PlanningTables.from_frames(Problem(PERIODS, stages=("shortfall", "cost", "moves")), frames)


def sieve_of(tables: PlanningTables) -> tuple[set[str], set[str]] | None:
    """Return the levers whose first start is left out, and the limits that are."""
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    found = sifting.sieve(arrays, programme, objective(arrays, programme.layout, "shortfall"))
    if found is None:
        return None
    out = np.isin(programme.layout.x[:, 0], found.columns)
    return set(arrays.levers[out]), {programme.items[row] for row in found.rows}


@pytest.fixture
def large(monkeypatch):
    """Take every problem for a large one."""
    for module in (session, solver):
        monkeypatch.setattr(module, "algorithm", lambda _: "ipm")


def test_what_is_dear_is_left_out_with_the_limits_that_it_alone_would_reach():
    levers, limits = sieve_of(groups(5_000.0))
    trained = {group for group in range(GROUPS) if f"train{group}" in levers}
    assert {f"coach{group}" for group in range(GROUPS)} <= levers
    assert not any(lever.startswith(("recruit", "fund")) for lever in levers)
    assert len(trained) > GROUPS / 2
    assert all(group % 4 for group in trained)
    assert limits == {f"room{group}" for group in trained}


def test_what_a_start_closes_is_what_is_left_of_it_in_all_periods():
    """Of one trained half is left a period later; cover is there while it is paid."""
    tables = PlanningTables.from_frames(
        Problem(3, stages=("shortfall",)),
        {
            "stocks": pd.DataFrame({"stock": ["skill", "money"], "opening": 0.0}),
            "transitions": pd.DataFrame({"from_stock": ["skill"], "to_stock": ["skill"], "rate": [0.5]}),
            "requirements": pd.DataFrame({"stock": ["skill"], "required": [4.0], "shortfall_weight": [2.0]}),
            "levers": pd.DataFrame({"lever": ["cover", "train"], "unit_cost": 1.0}),
            "effects": pd.DataFrame({"lever": ["train"], "stock": ["skill"], "lag": [1], "amount": [0.8]}),
            "cover": pd.DataFrame({"lever": ["cover"], "stock": ["skill"], "amount": [0.9]}),
        },
    )
    arrays = arrays_of(tables)
    layout = formulate(arrays).layout
    ranks = sifting._ranks(arrays, layout, objective(arrays, layout, "shortfall"))
    assert ranks.closes == pytest.approx(np.array([[1.8, 1.8, 1.8], [2 * 0.8 * 1.5, 2 * 0.8, 0.0]]))
    assert ranks.useful.tolist() == pytest.approx([0.0, 4 / 0.8])


def test_nothing_is_left_out_where_there_is_money_for_nearly_all():
    assert sieve_of(groups(5_000_000.0)) is None


def stages(plan):
    return [stage["value"] for stage in plan.stages]


@pytest.mark.parametrize("pounds", [0.0, 2_000.0, 5_000.0, 40_000.0])
def test_the_plan_is_that_of_the_whole_problem(pounds, large, monkeypatch):
    tables = groups(pounds)
    found = solver.optimise(tables)
    monkeypatch.setattr(sifting, "sieve", lambda *_: None)
    whole = solver.optimise(tables)
    assert found.status == whole.status == "optimal"
    assert stages(found) == pytest.approx(stages(whole), rel=1e-8)
    pd.testing.assert_frame_equal(found.actions, whole.actions, check_exact=False, atol=1e-6)


def test_a_rough_interior_point_is_made_exact_by_simplex(large, monkeypatch):
    tables = groups(5_000.0)
    whole = stages(solver.optimise(tables))
    asked = []
    first = session.Session.first
    monkeypatch.setattr(session.Session, "first", lambda self, name: asked.append(name) or first(self, name))
    monkeypatch.setattr(session, "ROUGH", 0.5)
    monkeypatch.setattr(session, "NEAR", 10.0)
    assert stages(solver.optimise(tables)) == pytest.approx(whole, rel=1e-8)
    assert asked == []


def test_rows_are_kept_as_exactly_as_can_be_once_the_whole_problem_is_solved(large, monkeypatch):
    """Of many steps, what rows miss adds up; in the steps themselves it would only hold them up, and from nothing interior point."""
    asked, run = [], session.Session.run

    def running(part, *work):
        asked.append(part.highs.getOptionValue("primal_feasibility_tolerance")[1])
        return run(part, *work)

    monkeypatch.setattr(session.Session, "run", running)
    solver.optimise(groups(5_000.0))
    assert asked[:2] == [1e-7, 1e-7]
    assert set(asked[2:]) == {1e-10}
    asked.clear()
    monkeypatch.setattr(session, "NEAR", 0.0)
    solver.optimise(groups(5_000.0))
    assert asked[:3] == [1e-7, 1e-7, 1e-7]


def test_a_rough_answer_is_made_a_basis_whatever_its_duals(large, monkeypatch):
    """Crossover takes no dual that is on the wrong side by what a rough solve leaves: it is not given any."""
    given = []

    class Seen:
        def __init__(self, highs):
            self._highs = highs

        def __getattr__(self, name):
            return getattr(self._highs, name)

        def crossover(self, found):
            given.append((found.value_valid, found.dual_valid))
            return self._highs.crossover(found)

    honest = session.hand_over
    monkeypatch.setattr(session, "hand_over", lambda *parts: Seen(honest(*parts)))
    assert solver.optimise(groups(5_000.0)).status == "optimal"
    assert given == [(True, False)]


def test_levers_and_limits_wrongly_left_out_come_back(large, monkeypatch):
    """They come back in the same problem: nothing is solved from nothing, and nothing twice."""
    tables = groups(40_000.0)
    whole = stages(solver.optimise(tables))
    monkeypatch.setattr(session, "NEAR", 10.0)
    opened, first = [], []
    opening, solving = session.Session.open, session.Session.first
    monkeypatch.setattr(session.Session, "open", lambda *parts, **how: opened.append(1) or opening(*parts, **how))
    monkeypatch.setattr(session.Session, "first", lambda self, name: first.append(name) or solving(self, name))

    def too_much(arrays, programme, costs):
        rows = [place for place, family in enumerate(programme.families) if family == "limit"]
        return sifting.Sieve(programme.layout.x[arrays.levers != "fund"].ravel(), np.array(rows, dtype=np.intp))

    monkeypatch.setattr(sifting, "sieve", too_much)
    assert stages(solver.optimise(tables)) == pytest.approx(whole, rel=1e-8)
    assert (len(opened), first) == (1, [])


def test_from_nothing_where_too_many_steps_would_be_needed(large, monkeypatch):
    tables = groups(5_000.0)
    monkeypatch.setattr(session, "NEAR", 1.0)
    asked = []
    first = session.Session.first
    monkeypatch.setattr(session.Session, "first", lambda self, name: asked.append(name) or first(self, name))
    whole = stages(solver.optimise(tables))
    assert asked == []
    monkeypatch.setattr(session, "NEAR", 0.0)
    assert stages(solver.optimise(tables)) == pytest.approx(whole, rel=1e-8)
    assert asked == ["shortfall"]


def test_from_nothing_where_prices_do_not_prove_it(large, monkeypatch):
    tables = groups(5_000.0)
    whole = stages(solver.optimise(tables))
    proofs, asked = solver.prove, []

    def doubtful(name, *parts):
        asked.append(name)
        proof = proofs(name, *parts)
        return dataclasses.replace(proof, dual=1.0) if asked.count("cost") == 1 and name == "cost" else proof

    monkeypatch.setattr(solver, "prove", doubtful)
    found = solver.optimise(tables)
    assert asked == ["shortfall", "cost", "moves"] * 2
    assert found.status == "optimal"
    assert stages(found) == pytest.approx(whole, rel=1e-8)


def test_a_wish_to_cancel_is_heard(large):
    with pytest.raises(PlanError) as refused:
        solver.optimise(groups(5_000.0), cancel=lambda: True)
    assert refused.value.status == "cancelled"
