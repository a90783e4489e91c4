"""Time sampled futures of supply and demand: England by role family and year, by organisation, and one organisation by role level.

`make bench`, or `python tests/benchmarks/bench_supply.py`. Writes `supply` of out/bench.json. Timings are printed, never asserted. Staff are
those of the demonstration, drawn anew, with the scenario published-2030 and everything that is uncertain.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from record import record, seconds_of

from skills_model import demand
from skills_model.area import Area, places
from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import cells, pipelines, rates
from skills_model.supply.layout import Question
from skills_model.supply.sampling import DRAWS, sample
from skills_model.supply.tables import parts
from skills_model.supply.tornado import tornado
from skills_model.synthetic import demo_store

SEED = 1
REPEATS = 5  # the machine's other work comes and goes: the best and the middle of some runs are told


def question(store: Store, by: tuple[str, ...], codes: list[str]) -> Question:
    """Read what the futures of some organisations depend on."""
    scope = Scope.local()
    scenario = Scenario.load("published-2030")
    numbers = Assumptions.of(store, scope).with_values(scenario.assumptions)
    fine = ["role_level"] if "role_level" in by else []
    staff = cells.collapsed(cells.staff(store, scope, codes), fine)
    used = rates.estimate(store, scope, codes, numbers)
    moving = parts(staff, used, scenario, pipelines.read(store, scope, codes), numbers)
    posts = demand.needed(store, scope, codes, scenario, numbers)
    return Question(moving, used, by, places(store, scope, scenario.start), posts, (*demand.growing(scenario), pipelines.factor(numbers)))


def timed(asked: Question, repeats: int = REPEATS) -> dict[str, float]:
    """Return the best and the middle time of some runs, and what the middle one took of the processors."""
    runs = []
    for _ in range(repeats):
        used = time.process_time()
        seconds, _answer = seconds_of(lambda: sample(asked, DRAWS, SEED))
        runs.append((seconds, time.process_time() - used))
    runs.sort()
    best, middle = runs[0], runs[len(runs) // 2]
    return {"best_seconds": best[0], "seconds": middle[0], "processor_seconds": middle[1]}


def measure(path: Path) -> dict[str, Any]:
    """Time the questions on a store."""
    with Store.open(path) as store:
        codes = Area("england").codes(store, Scope.local(), Scenario.load("published-2030").start)
        england = question(store, ("role_family", "year"), codes)
        largest = str(england.moving.cells.groupby("organisation")["fte"].sum().idxmax())
        told = {
            "organisations": len(codes),
            "cells": len(england.moving.cells),
            "draws": DRAWS,
            **{f"england_by_role_family_{name}": value for name, value in timed(england).items()},
        }
        told["england_tornado_seconds"] = seconds_of(lambda: tornado(england))[0]
        longer = question(store, ("role_level", "year"), [largest])
        told |= {f"largest_trust_by_role_level_{name}": value for name, value in timed(longer).items()}
        every = question(store, ("organisation", "role_family", "year"), codes)
        told |= {f"england_by_organisation_{name}": value for name, value in timed(every, 1).items()}
    told["peak_memory_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return told


def test_futures_of_england():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "england.duckdb"
        demo_store(path, SEED)
        record("supply", measure(path), of="")


if __name__ == "__main__":
    test_futures_of_england()
