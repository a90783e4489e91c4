"""Time answers to another budget, block by block, against HiGHS from nothing on the same matrix, in one run.

`make bench`, or `python tests/benchmarks/bench_resolve.py`. Adds to `optimiser.trust` and `optimiser.trust_200000` of out/bench.json.
Timings are printed, never asserted.

Every change starts from the exact plan of the budget as it is, with nothing learnt from other changes; what is worked out once, before
anybody changes anything, is `prepare_seconds`. `warm_seconds` are up to a plan proven within `warm_gap`, with as many blocks solved at once
as there are `workers`; `first_answer_seconds` up to the first plan, of which `first_answer_gap` is proven. Cold is one `run` of HiGHS, which
uses one thread.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest
from highspy import HighsModelStatus
from invented import trust_tables
from record import record, seconds_of

from optimiser.arrays import arrays_of
from optimiser.decomposition import WORKERS, Answer, Decomposition
from optimiser.formulation import directly, formulate, objective
from optimiser.session import algorithm

REPEATS = 3  # the one in the middle counts
BUDGETS = {"trust": 60_000.0, "trust_200000": 200_000.0}
NEAR, FAR = (-5, 5), (-25, 25)  # percent


def measure(budget: float) -> dict[str, Any]:
    """Time HiGHS from nothing, the preparation and each change, one after the other and all of it again."""
    arrays = arrays_of(trust_tables(budget=budget))
    programme = formulate(arrays)
    costs = objective(arrays, programme.layout, "shortfall")
    money = np.array(programme.items, dtype=object) == "money"
    cold, prepare, runs = [], [], []
    for _ in range(REPEATS):
        highs = directly(programme, costs, algorithm(programme.layout.size))
        cold.append(seconds_of(highs.run)[0])
        if highs.getModelStatus() != HighsModelStatus.kOptimal:
            raise RuntimeError("HiGHS did not solve the trust.")
        solution = highs.getSolution()
        values, prices = np.array(solution.col_value), np.array(solution.row_dual)
        for percent in NEAR + FAR:
            spent, parted = seconds_of(lambda values=values, prices=prices: Decomposition.of(programme, costs, values, prices))
            prepare.append(spent)
            times = np.where(money, 1 + percent / 100, 1.0)
            heard: list[Answer] = []
            answer = parted.at(programme.row_lower * times, programme.row_upper * times, better=heard.append)
            runs.append((percent, answer, heard[0]))
    return _told(statistics.median(cold), statistics.median(prepare), runs)


def _told(cold: float, prepare: float, runs: list[tuple[int, Answer, Answer]]) -> dict[str, Any]:
    seconds = {percent: statistics.median(answer.seconds for at, answer, _ in runs if at == percent) for percent in NEAR + FAR}
    return {
        "workers": WORKERS,
        "cold_seconds": cold,
        "prepare_seconds": prepare,
        **{f"warm_seconds_{percent:+}": spent for percent, spent in seconds.items()},
        "warm_seconds": max(seconds[percent] for percent in NEAR),
        "warm25_seconds": max(seconds[percent] for percent in FAR),
        "warm_gap": max(answer.gap for _, answer, _ in runs),
        "warm_over_cold": max(seconds[percent] for percent in NEAR) / cold,
        "warm25_over_cold": max(seconds[percent] for percent in FAR) / cold,
        "first_answer_seconds": max(statistics.median(first.seconds for at, _, first in runs if at == percent) for percent in NEAR + FAR),
        "first_answer_gap": max(first.gap for _, _, first in runs),
    }


@pytest.mark.parametrize("problem", BUDGETS)
def test_another_budget(problem):
    record(problem, measure(BUDGETS[problem]))


if __name__ == "__main__":
    for name, amount in BUDGETS.items():
        record(name, measure(amount))
