"""Time answers to another budget, block by block, against HiGHS from nothing on the same matrix, in one run.

`make bench`, or `python tests/benchmarks/bench_resolve.py`. Adds to `optimiser.trust` and `optimiser.trust_200000` of out/bench.json.
Timings are printed, never asserted.

Every change starts from the exact plan of the budget as it is, with nothing learnt from other changes; what is worked out once, before
anybody changes anything, is `prepare_seconds`. `first_answer_seconds` are up to the first plan, `warm_seconds` (budget changed by 5%) and
`warm25_seconds` up to the first that is proven within 0.0001, `exact_after_change_seconds` up to the exact one: the worst of all changes, with
the gap proven by then. As many blocks are solved at once as there are `workers`; cold is one `run` of HiGHS, which uses one thread.
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
from optimiser.decomposition import GAP, WORKERS, Answer, Decomposition
from optimiser.formulation import directly, formulate, objective
from optimiser.session import algorithm

REPEATS = 3  # the one in the middle counts
BUDGETS = {"trust": 60_000.0, "trust_200000": 200_000.0}
EXACT = 1e-7  # HiGHS' own tolerance
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
            exact = parted.at(programme.row_lower * times, programme.row_upper * times, gap=EXACT, better=heard.append)
            runs.append((percent, heard[0], next(answer for answer in heard if answer.gap <= GAP), exact))
    return _told(statistics.median(cold), statistics.median(prepare), runs)


def _told(cold: float, prepare: float, runs: list[tuple[int, Answer, Answer, Answer]]) -> dict[str, Any]:
    first, warm, exact = ({percent: [run[step] for run in runs if run[0] == percent] for percent in NEAR + FAR} for step in (1, 2, 3))
    seconds = {percent: _middle(answers) for percent, answers in warm.items()}
    near, far = (max(seconds[percent] for percent in percents) for percents in (NEAR, FAR))
    return {
        "workers": WORKERS,
        "cold_seconds": cold,
        "prepare_seconds": prepare,
        **{f"warm_seconds_{percent:+}": spent for percent, spent in seconds.items()},
        "warm_seconds": near,
        "warm_over_cold": near / cold,
        "warm25_seconds": far,
        "warm25_over_cold": far / cold,
        "warm_gap": max(answer.gap for answers in warm.values() for answer in answers),
        "first_answer_seconds": max(map(_middle, first.values())),
        "first_answer_gap": max(answer.gap for answers in first.values() for answer in answers),
        "exact_after_change_seconds": max(map(_middle, exact.values())),
        "exact_after_change_gap": max(answer.gap for answers in exact.values() for answer in answers),
    }


def _middle(answers: list[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers)


@pytest.mark.parametrize("problem", BUDGETS)
def test_another_budget(problem):
    record(problem, measure(BUDGETS[problem]))


if __name__ == "__main__":
    for name, amount in BUDGETS.items():
        record(name, measure(amount))
