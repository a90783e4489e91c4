"""Time the optimiser on an invented problem of a trust's size: `make bench`, or `python tests/benchmarks/bench_optimiser.py`.

Writes the object `optimiser` of out/bench.json and leaves the others. Timings are printed, never asserted.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from invented import trust_tables
from record import record, seconds_of

from optimiser.arrays import arrays_of
from optimiser.formulation import directly, formulate, hand_over, objective
from optimiser.projection import project
from optimiser.session import algorithm
from optimiser.solver import optimise
from optimiser.tables import PlanningTables

BUDGETS = (60_000.0, 200_000.0)  # pounds a quarter


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


def bench(budget: float) -> None:
    record("trust" if budget == BUDGETS[0] else f"trust_{budget:.0f}", measure(budget))


@pytest.mark.parametrize("budget", BUDGETS)
def test_one_trust(budget):
    bench(budget)


if __name__ == "__main__":
    for amount in BUDGETS:
        bench(amount)
