"""Time plans of three trusts of the demonstration: prepare, linear plan, first plan, another budget, words; each as a planner waits for it.

`make bench`, or `python tests/benchmarks/bench_plan.py`. Writes `plan` of out/bench.json, wall time and time of the processors. Timings are
printed, never asserted. The trusts are the largest, the middle and the smallest by pairs of role level and rank of a skill. `prepare` reads
the store and writes the planning tables; `linear` is the best plan with starts of any part of a person, from nothing; `first` is that with
starts in whole people, what the last pounds bought, and words; `first_shown` is when a page shows the linear plan, in words, with what the
last pound is worth and for how much money that holds; `describe` is the words alone. `changed_prepare`, `changed_linear` and
`changed` are the same for another budget, from what the first has left in memory, as a page asks for it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from record import record, seconds_of

from app.pipeline.plans import PlanRequest, Readings, prepare_plan, solve_plan
from app.pipeline.solving import Sitting
from optimiser.renewal import differences
from optimiser.resolve import Resolver
from optimiser.solver import optimise
from skills_model import gap, planning
from skills_model.assumptions import Assumptions
from skills_model.organisations import organisations
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.synthetic import demo_store

SEED = 1
BUDGET, OTHER = 300_000.0, 360_000.0  # pounds of development over the horizon
PERIODS = 12
NO_TRUST = "Other bodies"


def trusts(store: Store) -> dict[str, str]:
    """Return the largest trust, the one in the middle and the smallest."""
    scope = Scope.local()
    known = organisations(store, scope)
    codes = known.loc[known["type"] != NO_TRUST, "code"].tolist()
    sizes = gap.held(store, scope, codes, Assumptions.of(store, scope)).groupby("organisation").size().sort_values(kind="stable")
    return {"largest": str(sizes.index[-1]), "middle": str(sizes.index[len(sizes) // 2]), "smallest": str(sizes.index[0])}


def measure(store: Store, code: str) -> dict[str, Any]:
    """Time the plan of one trust, and the same with another budget."""
    readings, sitting, told = Readings(), Sitting(), {"organisation": code}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        used = time.process_time()
        told[f"{name}_seconds"], result = seconds_of(call)
        told[f"{name}_processor_seconds"] = time.process_time() - used
        return result

    def prepared(budget: float) -> Any:
        return prepare_plan(store, Scope.local(), PlanRequest(code, budget, PERIODS), readings)

    def heard(name: str) -> Callable[[object], None]:
        began = time.perf_counter()
        return lambda _: told.update({f"{name}_shown_seconds": time.perf_counter() - began})

    job = timed("prepare", lambda: prepared(BUDGET))
    linear = timed("linear", lambda: optimise(job.tables))
    told |= {"variables": linear.size["variables"], "constraints": linear.size["constraints"]}
    first = timed("first", lambda: solve_plan(job, sitting=sitting, first=heard("first")))
    timed("describe", lambda: planning.describe(first.plan, job.world))
    other = timed("changed_prepare", lambda: prepared(OTHER))
    kept = Resolver.keeping(linear)
    timed("changed_linear", lambda: kept.at(differences(kept, other.tables)))
    timed("changed", lambda: solve_plan(other, sitting=sitting, first=heard("changed")))
    return told


def test_plans_of_three_trusts():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "england.duckdb"
        demo_store(path, SEED)
        with Store.open(path) as store:
            for name, code in trusts(store).items():
                record(name, measure(store, code), of="plan")


if __name__ == "__main__":
    test_plans_of_three_trusts()
