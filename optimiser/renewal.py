"""A plan again after its amounts of money or of limits have changed: from the problem that is still in the solver, not from nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from optimiser.arrays import positions
from optimiser.formulation import SEED, THREADS
from optimiser.plan import Plan
from optimiser.resolve import Answer, Change, Direction, Held, Resolver
from optimiser.solver import Stage, planned
from optimiser.spread import spread
from optimiser.tables import PlanningTables


def kin(tables: PlanningTables) -> str:
    """Return a digest that is the same for tables which differ in inflows and in finite amounts of limits only.

    These are numbers on the right: a solved problem can be solved again with others. Hashes of rows of 64 bits are added up, so that the
    order of rows does not matter; 18,000 rows take a hundredth of a second.
    """
    hashed = hashlib.sha256(tables.problem.as_toml().encode())
    for name, frame in tables.frames().items():
        if name != "inflows":
            told = frame.assign(amount=frame["amount"].where(~np.isfinite(frame["amount"]), 0.0)) if name == "limits" else frame
            rows = pd.util.hash_pandas_object(told, index=False).to_numpy(dtype="uint64")
            hashed.update(f"{name} {','.join(map(str, told.columns))} {len(rows)} {int(rows.sum(dtype='uint64'))}".encode())
    return hashed.hexdigest()


def differences(resolver: Resolver, tables: PlanningTables) -> list[Change]:
    """Return the changes that turn a resolver's tables into others of the same `kin`."""
    arrays, periods = resolver.arrays, resolver.arrays.periods
    by_stock, by_limit = (pd.Index(names, dtype=object) for names in (arrays.stocks, arrays.limit_names))
    inflow = spread(positions(by_stock, tables.inflows["stock"]), tables.inflows, ("amount",), 1, periods, len(by_stock))["amount"]
    more = np.nan_to_num(inflow) - arrays.inflow
    amount = spread(positions(by_limit, tables.limits["limit"]), tables.limits, ("amount",), 1, periods, len(by_limit))["amount"]
    limits = arrays.limits
    over = amount[limits.limit, limits.period] - limits.amount
    return [
        *(Change("inflow", str(arrays.stocks[stock]), int(t) + 1, float(more[stock, t])) for stock, t in np.argwhere(more != 0).tolist()),
        *(
            Change("limit", str(arrays.limit_names[limits.limit[row]]), int(limits.period[row]) + 1, float(over[row]))
            for row in np.flatnonzero(over).tolist()
        ),
    ]


def nearest(answers: Iterable[Answer], changes: Iterable[Change]) -> Answer:
    """Return the answer whose numbers on the right are nearest to those of some changes: from its basis the fewest steps are left."""
    wanted = _sums(changes)

    def apart(answer: Answer) -> float:
        there = _sums(answer.changes)
        return sum(abs(wanted.get(key, 0.0) - there.get(key, 0.0)) for key in wanted.keys() | there.keys())

    return min(answers, key=apart)


def _sums(changes: Iterable[Change]) -> dict[tuple[str, str, int | None], float]:
    found: dict[tuple[str, str, int | None], float] = {}
    for change in changes:
        key = change.family, change.item, change.period
        found[key] = found.get(key, 0.0) + change.by
    return found


def share_of(tables: PlanningTables, stock: str, after: int = 0) -> Direction:
    """Return one pound more of a stock's inflow in the periods after one, shared as the tables share it, and what these give in all.

    A period in which less than nothing comes in has no share. Where nothing comes in any more, the pound comes in the first of these periods.
    """
    rows = tables.inflows[tables.inflows["stock"] == stock]
    given = spread(np.zeros(len(rows), dtype=np.intp), rows, ("amount",), 1, tables.problem.periods, 1)["amount"][0]
    there = np.flatnonzero(~np.isnan(given))
    later = there[there >= after]
    if there.size and not later.size and after < tables.problem.periods:
        return Direction((Change("inflow", stock, after + 1, 1.0),), 0.0)
    amounts = given[later]
    coming = amounts.clip(min=0.0)
    shares = coming / coming.sum() if coming.any() else np.full(later.size, 1 / max(1, later.size))
    changes = [Change("inflow", stock, int(t) + 1, float(share)) for t, share in zip(later, shares, strict=True) if share]
    return Direction(tuple(changes), float(amounts.sum()))


def plan_of(resolver: Resolver, tables: PlanningTables, answer: Answer, seconds: float) -> Plan:
    """Make the plan of tables that an answer of all stages solved, proven by the answer's own prices and audited against the tables.

    `seconds` is how long it took. Raises PlanError failed where the answer does not keep the tables.
    """
    stages = [Stage(proof.stage, proven=True, proof=proof) for proof in answer.proofs]
    options: dict[str, object] = {
        "time_limit": None,
        "gap": 0.0,
        "seed": SEED,
        "threads": THREADS,
        "algorithm": "simplex from a plan nearby",
    }
    plan = planned(tables, answer.arrays, resolver.programme, answer.found, stages, answer.proofs, answer.prices, options)
    plan.seconds.update({"read": 0.0, "build": 0.0, "solve": seconds, "total": seconds})
    return plan


def renewed(resolver: Resolver, tables: PlanningTables, *, start: Answer | None = None, held: Sequence[Held] = ()) -> Plan:
    """Find the best plan for tables of the same `kin` as a resolver's, all stages and ties, as `optimise` finds it from nothing.

    Raises PlanError as `Resolver.at` does.
    """
    began = time.perf_counter()
    answer = resolver.at(differences(resolver, tables), start=start, held=held)
    return plan_of(resolver, tables, answer, time.perf_counter() - began)
