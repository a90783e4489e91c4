"""Levers that move people round a circle may not leave them with more than they had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser.tables import PlanningTables, Problem
from skills_model.errors import DataError
from skills_model.planning import cycles

PROBLEM = Problem(periods=2, attributes=("kind", "skill", "rank"))
Move = tuple[str, str, str, float, float, float]


def tables(*moves: Move, extra: pd.DataFrame | None = None) -> PlanningTables:
    """Write levers that move one FTE: lever, from, to, share of it that arrives, rank 1 of a skill that leaves and that arrives."""
    groups = sorted({group for move in moves for group in move[1:3]})
    stocks = [(f"staff:{group}", "staff", None, None) for group in groups] + [(f"skill:{group}", "skill", "coding", 1) for group in groups]
    effects = [
        row
        for lever, giver, taker, arrives, lost, gained in moves
        for row in (
            (lever, f"staff:{giver}", -1.0),
            (lever, f"staff:{taker}", arrives),
            (lever, f"skill:{giver}", -lost),
            (lever, f"skill:{taker}", gained),
        )
    ]
    rows = pd.DataFrame(effects, columns=["lever", "stock", "amount"]).assign(lag=1)
    return PlanningTables.from_frames(
        PROBLEM,
        {
            "stocks": pd.DataFrame(stocks, columns=["stock", "kind", "skill", "rank"]),
            "levers": pd.DataFrame({"lever": [move[0] for move in moves]}),
            "effects": rows if extra is None else pd.concat([rows, extra], ignore_index=True),
        },
    )


def test_a_circle_of_three_that_raises_a_skill_is_refused_by_name() -> None:
    """Round a, b and c each step loses half a rank and brings half a rank, but for the last, which brings all of one."""
    circle = tables(("a-b", "a", "b", 1.0, 0.5, 0.5), ("b-c", "b", "c", 1.0, 0.5, 0.5), ("c-a", "c", "a", 1.0, 0.5, 1.0))
    with pytest.raises(DataError) as error:
        cycles.check(circle)
    (fault,) = error.value.faults
    assert "0.5 FTE of coding at rank 1 more" in fault.found
    assert all(lever in fault.found for lever in ("a-b", "b-c", "c-a"))


def test_what_one_step_brings_another_may_lose() -> None:
    """A step that raises a skill is no fault where the way back loses as much, or where there is no way back."""
    cycles.check(tables(("a-b", "a", "b", 1.0, 0.5, 0.9), ("b-a", "b", "a", 1.0, 0.9, 0.5)))
    cycles.check(tables(("a-b", "a", "b", 1.0, 0.5, 0.9), ("b-c", "b", "c", 1.0, 0.5, 0.9)))


def test_each_circle_is_named() -> None:
    """Two pairs apart from each other, to and fro: two faults."""
    pairs = tables(
        ("a-b", "a", "b", 1.0, 0.5, 0.9),
        ("b-a", "b", "a", 1.0, 0.5, 0.5),
        ("c-d", "c", "d", 1.0, 0.5, 0.5),
        ("d-c", "d", "c", 1.0, 0.1, 0.5),
    )
    with pytest.raises(DataError) as error:
        cycles.check(pairs)
    found = " ".join(fault.found for fault in error.value.faults)
    assert "a-b" in found
    assert "b-a" in found


def test_staff_out_of_nothing_are_refused() -> None:
    """Five in four arrive one way and all the other way."""
    with pytest.raises(DataError, match=r"0.25 FTE of staff"):
        cycles.check(tables(("a-b", "a", "b", 1.25, 0.0, 0.0), ("b-a", "b", "a", 1.0, 0.0, 0.0)))


def test_rows_of_one_period_count_beside_those_of_every_period() -> None:
    """The way back brings more in the second period only."""
    late = pd.DataFrame([("b-a", "skill:a", 1, 0.9, 2)], columns=["lever", "stock", "lag", "amount", "period"])
    fine: tuple[Move, ...] = (("a-b", "a", "b", 1.0, 0.5, 0.5), ("b-a", "b", "a", 1.0, 0.5, 0.5))
    cycles.check(tables(*fine))
    with pytest.raises(DataError, match=r"0.4 FTE of coding"):
        cycles.check(tables(*fine, extra=late))


def test_who_comes_and_leaves_again_moves_nobody() -> None:
    """A recruit who leaves in the first year takes and gives at one stock, which is no move, whatever comes along."""
    built = tables(("a-b", "a", "b", 1.0, 0.0, 0.0))
    recruit = pd.DataFrame(
        [("a-b", "staff:a", 1, 1.0), ("a-b", "staff:a", 2, -0.2), ("a-b", "skill:a", 1, 0.9)], columns=["lever", "stock", "lag", "amount"]
    )
    cycles.check(PlanningTables.from_frames(PROBLEM, built.frames() | {"effects": recruit}))


def test_sixty_groups_and_a_hundred_skills_are_checked() -> None:
    """Every group moves to four others; a hundred skills, of which the last step brings one too many."""
    draw = np.random.default_rng(3)
    groups, skills = 60, 100
    stocks = [(f"staff:{g}", "staff", None, None) for g in range(groups)]
    stocks += [(f"skill:{g}:{s}", "skill", f"s{s}", 1) for g in range(groups) for s in range(skills)]
    effects = []
    pairs = [(g, int(h)) for g in range(groups) for h in draw.choice([h for h in range(groups) if h != g], 4, replace=False)]
    for giver, taker in pairs:
        lever = f"{giver}-{taker}"
        effects += [(lever, f"staff:{giver}", -1.0), (lever, f"staff:{taker}", 1.0)]
        for skill in draw.choice(skills, 8, replace=False):
            effects += [(lever, f"skill:{giver}:{skill}", -0.5), (lever, f"skill:{taker}:{skill}", 0.5 if giver else 0.6)]
    built = PlanningTables.from_frames(
        PROBLEM,
        {
            "stocks": pd.DataFrame(stocks, columns=["stock", "kind", "skill", "rank"]),
            "levers": pd.DataFrame({"lever": [f"{g}-{h}" for g, h in pairs]}),
            "effects": pd.DataFrame(effects, columns=["lever", "stock", "amount"]).assign(lag=1),
        },
    )
    with pytest.raises(DataError) as error:
        cycles.check(built)
    assert all("0.1 FTE of s" in fault.found for fault in error.value.faults)
