"""Time the optimiser from a folder of tables to an audited plan, on a trust and on an integrated care system of five.

`make bench`, or `python tests/benchmarks/bench_optimiser.py`. Writes `optimiser.trust`, `optimiser.trust_200000` and `optimiser.ics` of
out/bench.json. Timings are printed, never asserted.

Inside the solver counts the wall time of HiGHS' own `run`, all stages and ties together; everything else is outside: reading, checking,
building, PuLP, passing numbers to and fro, proofs, frames, audit. `highs_alone_seconds` is one `run` from nothing, by the same algorithm,
of the whole matrix of the first stage given straight to HiGHS.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import pytest
from invented import ics_tables, trust_tables
from record import record, seconds_of

from optimiser import session
from optimiser.arrays import arrays_of
from optimiser.formulation import directly, formulate, objective
from optimiser.solver import optimise
from optimiser.tables import PlanningTables

REPEATS = 3  # of a trust, of which the one in the middle counts; an integrated care system takes minutes and is measured once
PROBLEMS = {
    "trust": (lambda: trust_tables(budget=60_000.0), REPEATS),
    "trust_200000": (lambda: trust_tables(budget=200_000.0), REPEATS),
    "ics": (lambda: ics_tables(budget=60_000.0), 1),
}


def measure(invent: Callable[[], PlanningTables]) -> dict[str, Any]:
    """Time one way from a folder to a plan, then HiGHS alone on the same matrix."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        invent().write(Path(folder))
        runs, hands = _timed(patch, highspy.Highs, "run"), _timed(patch, session, "hand_over")
        plan = optimise(PlanningTables.read(Path(folder)))
    taken, inside, hand_over = plan.seconds, sum(runs), sum(hands)
    arrays = arrays_of(plan.tables)
    programme = formulate(arrays)
    highs = directly(programme, objective(arrays, programme.layout, "shortfall"), session.algorithm(programme.layout.size))
    alone, _ = seconds_of(highs.run)
    return {
        **plan.size,
        "algorithm": plan.options["algorithm"],
        "read_seconds": taken["read"],
        "build_seconds": taken["build"] - hand_over,
        "hand_over_seconds": hand_over,
        "solve_seconds": inside,
        "between_stages_seconds": taken["solve"] - inside,
        "read_back_seconds": taken["total"] - taken["read"] - taken["build"] - taken["solve"],
        "total_seconds": taken["total"],
        "highs_alone_seconds": alone,
        "outside_over_solver": (taken["total"] - inside) / alone,
        "stages": {stage["name"]: stage["value"] for stage in plan.stages},
        "audit": plan.audit(),
    }


def _timed(patch: pytest.MonkeyPatch, owner: Any, name: str) -> list[float]:
    """Let a function note the seconds of each of its calls."""
    called, taken = getattr(owner, name), []

    def timed(*arguments: Any) -> Any:
        seconds, result = seconds_of(lambda: called(*arguments))
        taken.append(seconds)
        return result

    patch.setattr(owner, name, timed)
    return taken


@pytest.mark.parametrize("problem", PROBLEMS)
def test_from_a_folder_to_a_plan(problem):
    invent, repeats = PROBLEMS[problem]
    measured = [measure(invent) for _ in range(repeats)]
    middle = statistics.median_low(one["outside_over_solver"] for one in measured)
    record(problem, next(one for one in measured if one["outside_over_solver"] == middle))


if __name__ == "__main__":
    for name in PROBLEMS:
        test_from_a_folder_to_a_plan(name)
