"""Time how long it takes to say why there is no plan: `make bench`, or `python tests/benchmarks/bench_refusal.py`.

Writes `refusal...` into the object of the trust in out/bench.json's `optimiser`. Timings are printed, never asserted.
"""

from __future__ import annotations

from invented import trust_tables
from record import record, seconds_of

from optimiser.arrays import arrays_of
from optimiser.formulation import formulate
from optimiser.refusal import why_infeasible
from optimiser.tables import PlanningTables

IMPOSSIBLE = 10_000.0  # posts of one skill, in a trust of some hundreds of staff


def test_one_hard_need_of_a_trust():
    tables = trust_tables()
    needs = tables.requirements
    stock = next(name for name in needs["stock"] if name.startswith("skill:"))
    there = ((needs["stock"] == stock) & (needs["period"] == tables.problem.periods // 2)).to_numpy(dtype=bool)
    asked = needs.assign(required=needs["required"].mask(there, IMPOSSIBLE), hard=needs["hard"].mask(there, other=True))
    changed = PlanningTables.from_frames(tables.problem, tables.frames() | {"requirements": asked})
    arrays = arrays_of(changed)
    programme = formulate(arrays)
    seconds, error = seconds_of(lambda: why_infeasible(programme, arrays, tables=changed))
    record("trust", {"refusal_seconds": seconds, "refusal_conflict_entries": len(error.conflict), "refusal_changes": len(error.relaxation)})


if __name__ == "__main__":
    test_one_hard_need_of_a_trust()
