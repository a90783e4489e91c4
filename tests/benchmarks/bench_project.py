"""Time projections: `make bench`, or `python tests/benchmarks/bench_project.py`.

Writes `project...` into the objects of out/bench.json's `optimiser`, and leaves the rest. Timings are printed, never asserted.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from invented import trust_tables
from record import record, seconds_of

from optimiser.projection import Drawn, Draws, project, project_paths
from optimiser.tables import PlanningTables, Problem

SEED = 1
PATHS = 1_000
REPEATS = 3  # the first call of a process also loads parts of scipy; the median of three is what a user meets


def staff_tables(groups: int, periods: int) -> PlanningTables:
    """Invent staff by group: they stay, some are promoted to the next group, some come in."""
    names = [f"staff:{group:05}" for group in range(groups)]
    moves = [(name, name, 0.9) for name in names] + [(low, high, 0.03) for low, high in pairwise(names)]
    frames = {
        "stocks": pd.DataFrame({"stock": names, "opening": 100.0}),
        "transitions": pd.DataFrame(moves, columns=["from_stock", "to_stock", "rate"]),
        "inflows": pd.DataFrame({"stock": names, "amount": 5.0}),
    }
    return PlanningTables.from_frames(Problem(periods), frames)


def drawn(tables: PlanningTables, paths: int) -> Draws:
    """Draw every opening, rate and inflow of every path, up to a tenth either way."""
    rng = np.random.default_rng(SEED)

    def around(column: pd.Series) -> Drawn:
        return Drawn(column.to_numpy() * rng.uniform(0.9, 1.1, (paths, len(column))))

    return Draws(around(tables.stocks["opening"]), around(tables.transitions["rate"]), around(tables.inflows["amount"]))


def sampled_seconds(tables: PlanningTables, paths: int) -> float:
    draws = drawn(tables, paths)
    return float(np.median([seconds_of(lambda: project_paths(tables, draws))[0] for _ in range(REPEATS)]))


def test_paths_of_a_trust():
    tables = trust_tables()
    single = float(np.median([seconds_of(lambda: project(tables))[0] for _ in range(REPEATS)]))
    draws = drawn(tables, PATHS)
    first, paths = seconds_of(lambda: project_paths(tables, draws))
    percentiles, _ = seconds_of(paths.percentiles)
    record(
        "trust",
        {
            "project_seconds": single,
            f"project_{PATHS}_seconds": sampled_seconds(tables, PATHS),
            f"project_{PATHS}_first_call_seconds": first,
            f"project_{PATHS}_percentiles_seconds": percentiles,
        },
    )


def test_paths_of_england():
    """60 groups over 15 years by 10,000 paths, and the 199 organisations' 16 families over 5 years by 1,000."""
    record("england", {"project_60_stocks_15_periods_10000_seconds": sampled_seconds(staff_tables(60, 15), 10_000)})
    record("england", {"project_3184_stocks_5_periods_1000_seconds": sampled_seconds(staff_tables(199 * 16, 5), 1_000)})


if __name__ == "__main__":
    test_paths_of_a_trust()
    test_paths_of_england()
