"""Time the optimiser on an invented problem of a trust's size: `make bench`, or `python tests/benchmarks/bench_optimiser.py`.

Writes the object `optimiser` of out/bench.json and leaves the others. Timings are printed, never asserted.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimiser.arrays import arrays_of
from optimiser.formulation import directly, formulate, hand_over, objective
from optimiser.projection import project
from optimiser.session import algorithm
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem

OUT = Path(__file__).parents[2] / "out" / "bench.json"
BUDGETS = (60_000.0, 200_000.0)  # pounds a quarter
PERIODS = 12
SKILLS = 25


def trust_tables(groups: int = 40, budget: float = 60_000.0, seed: int = 1) -> PlanningTables:
    """Invent a trust: groups with staff and skills by rank, courses, recruitment, contractors, seats, release and one budget."""
    rng = np.random.default_rng(seed)
    frames: dict[str, list[dict[str, Any]]] = {name: [] for name in ("stocks", "transitions", "requirements", "levers", "effects")}
    frames |= {name: [] for name in ("cover", "limits", "uses", "inflows")}
    add_money(frames, budget)
    for group in range(groups):
        add_group(frames, f"g{group:03}", rng)
    for skill in range(SKILLS):
        frames["limits"].append({"limit": f"seats:{skill:02}", "amount": 12.0})
    used = {row["limit"] for row in frames["uses"]}
    frames["limits"] = [row for row in frames["limits"] if row["limit"] in used]
    problem = Problem(PERIODS, "quarter", attributes=("group", "skill", "rank"))
    return PlanningTables.from_frames(problem, {name: pd.DataFrame(rows) for name, rows in frames.items()})


def add_money(frames: dict[str, list[dict[str, Any]]], budget: float) -> None:
    frames["stocks"].append({"stock": "money", "opening": 0.0})
    frames["transitions"].append({"from_stock": "money", "to_stock": "money", "rate": 1.0})
    frames["inflows"].append({"stock": "money", "amount": budget})


def add_group(frames: dict[str, list[dict[str, Any]]], group: str, rng: np.random.Generator) -> None:
    staff, stay = float(rng.uniform(2, 10)), 0.9**0.25
    posts, name = staff * 1.08, f"staff:{group}"
    add_stock(frames, name, staff, stay, posts, 0.5, group=group)
    limit = f"release:{group}"
    frames["limits"] += [{"limit": limit, "amount": 0.0}, {"limit": f"posts:{group}", "amount": posts}]
    frames["uses"] += [
        {"limit": limit, "kind": "stock", "item": name, "amount": -25.0},
        {"limit": f"posts:{group}", "kind": "stock", "item": name, "amount": 1.0},
    ]
    levels = {int(skill): int(rng.integers(2, 5)) for skill in rng.choice(SKILLS, 8, replace=False)}
    add_people(frames, group, levels)
    for skill, top in levels.items():
        add_skill(frames, group, skill, top, staff, stay, posts, rng)


def add_people(frames: dict[str, list[dict[str, Any]]], group: str, levels: dict[int, int]) -> None:
    recruit, contract = f"recruit:{group}", f"contract:{group}"
    frames["levers"] += [{"lever": recruit, "unit_cost": 3000.0, "maximum": 1.0, "group": group}]
    frames["levers"] += [{"lever": contract, "unit_cost": 30_000.0, "maximum": 2.0, "group": group}]
    frames["effects"] += [{"lever": recruit, "stock": f"staff:{group}", "lag": 2, "amount": 1.0}]
    frames["effects"] += [
        {"lever": lever, "stock": "money", "lag": 0, "amount": -price} for lever, price in ((recruit, 3000.0), (contract, 30_000.0))
    ]
    frames["cover"] += [{"lever": contract, "stock": f"staff:{group}", "amount": 1.0}]
    for skill, top in levels.items():
        for rank in range(1, top + 1):
            stock = f"skill:{group}:{skill:02}:{rank}"
            frames["effects"].append({"lever": recruit, "stock": stock, "lag": 2, "amount": 1.0 if rank < top else 0.5})
            frames["cover"].append({"lever": contract, "stock": stock, "amount": 1.0})


def add_skill(
    frames: dict[str, list[dict[str, Any]]],
    group: str,
    skill: int,
    top: int,
    staff: float,
    stay: float,
    posts: float,
    rng: np.random.Generator,
) -> None:
    shares = np.sort(rng.uniform(0.2, 1.0, top))[::-1]
    for rank in range(1, top + 1):
        stock, lever = f"skill:{group}:{skill:02}:{rank}", f"train:{group}:{skill:02}:{rank}"
        below = f"skill:{group}:{skill:02}:{rank - 1}" if rank > 1 else f"staff:{group}"
        tags = {"group": group, "skill": f"{skill:02}", "rank": str(rank)}
        add_stock(frames, stock, staff * float(shares[rank - 1]), stay, posts, float(rng.uniform(0.5, 1.5)) / top, **tags)
        price = 400.0 * rank * float(rng.uniform(0.7, 1.3))
        frames["levers"].append({"lever": lever, "unit_cost": price, **tags})
        frames["effects"].append({"lever": lever, "stock": stock, "lag": rank, "amount": 0.85 * stay**rank})
        frames["effects"].append({"lever": lever, "stock": "money", "lag": 0, "amount": -price})
        for limit, item in ((f"room:{lever}", below), (f"nest:{stock}", below)):
            frames["limits"].append({"limit": limit, "amount": 0.0})
            frames["uses"] += [{"limit": limit, "kind": "stock", "item": stock, "amount": 1.0}]
            frames["uses"] += [{"limit": limit, "kind": "stock", "item": item, "amount": -1.0}]
        for lag in range(rank):
            frames["uses"].append({"limit": f"room:{lever}", "kind": "lever", "item": lever, "amount": 1.0, "lag": lag})
            frames["uses"].append({"limit": f"release:{group}", "kind": "lever", "item": lever, "amount": 40.0, "lag": lag})
        frames["uses"].append({"limit": f"seats:{skill:02}", "kind": "lever", "item": lever, "amount": 1.0})


def add_stock(
    frames: dict[str, list[dict[str, Any]]], stock: str, opening: float, stay: float, required: float, weight: float, **tags: str
) -> None:
    frames["stocks"].append({"stock": stock, "opening": opening, **tags})
    frames["transitions"].append({"from_stock": stock, "to_stock": stock, "rate": stay})
    frames["requirements"] += [
        {"stock": stock, "period": period, "required": required, "shortfall_weight": weight * 0.99**period}
        for period in range(1, PERIODS + 1)
    ]


def seconds_of(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def measure(budget: float) -> dict[str, Any]:
    """Time each step of one trust, HiGHS alone on the same matrix among them."""
    with tempfile.TemporaryDirectory() as folder:
        trust_tables(budget=budget).write(Path(folder))
        read, tables = seconds_of(lambda: PlanningTables.read(Path(folder)))
    resolve, arrays = seconds_of(lambda: arrays_of(tables))
    build, programme = seconds_of(lambda: formulate(arrays))
    costs = objective(arrays, programme.layout, "shortfall")
    chosen = algorithm(programme.layout.size)
    hand, _ = seconds_of(lambda: hand_over(programme, arrays, costs, chosen))
    highs = directly(programme, costs, chosen)
    alone, _ = seconds_of(highs.run)
    whole, plan = seconds_of(lambda: optimise(tables))
    audit, worst = seconds_of(plan.audit)
    still, _ = seconds_of(lambda: project(tables))
    return {
        "budget_per_quarter": budget,
        **plan.size,
        "algorithm": chosen,
        "read_seconds": read,
        "resolve_seconds": resolve,
        "build_seconds": build,
        "hand_over_seconds": hand,
        "highs_alone_seconds": alone,
        "optimise_seconds": whole,
        "later_stages_and_ties_seconds": plan.seconds["solve"] - alone,
        "audit_seconds": audit,
        "project_seconds": still,
        "outside_over_solver": (read + whole - alone) / alone,
        "stages": plan.stages,
        "audit": worst,
    }


def record(measured: dict[str, Any]) -> None:
    """Put our object into the file, and leave those of others as they are."""
    OUT.parent.mkdir(exist_ok=True)
    known = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    known["optimiser"] = known.get("optimiser", {}) | measured
    OUT.write_text(json.dumps(known, indent=1) + "\n", "utf-8")


def say(measured: dict[str, Any]) -> None:
    lines = [f"{value:12.3f}  {name}" if isinstance(value, float) else f"{value!s:>12}  {name}" for name, value in measured.items()]
    sys.stdout.write("\n".join(["", *lines, ""]))


def bench(budget: float) -> None:
    measured = measure(budget)
    say(measured)
    record({"trust" if budget == BUDGETS[0] else f"trust_{budget:.0f}": measured})


@pytest.mark.parametrize("budget", BUDGETS)
def test_one_trust(budget):
    bench(budget)


if __name__ == "__main__":
    for amount in BUDGETS:
        bench(amount)
