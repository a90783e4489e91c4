"""How far an unused lever is from being used, as the duals have it: what one unit would do, and the price at which it would be worth it."""

from __future__ import annotations

import math

import numpy as np

from optimiser.arrays import Flags
from optimiser.resolve import Answer, Resolver
from optimiser.session import ZERO
from optimiser.spread import Floats, Ints

NO_ROOM = "no room"
WHOLE = "whole"  # held at no use as a whole number
FORCED = 1e-4  # a unit's part that an unused lever is made to be used, to see what it does


def idle_rows(resolver: Resolver, held: Flags) -> list[dict[str, object]]:
    """Return the reduced cost of each lever that is used in no period, in each period in which it may be used."""
    arrays, base = resolver.arrays, resolver.base
    unused = (base.found.used == 0).all(axis=1)
    may = unused[:, None] & (arrays.terms.maximum > 0)
    by_row, ranges = resolver.ranges
    right = resolver.programme.row_upper
    steady = by_row.at_bound & (by_row.low < right) & (right < by_row.high)  # one price on both sides
    first = resolver.objectives[0][0]
    rows = []
    for lever, period in np.argwhere(may).tolist():
        row = {"lever": str(arrays.levers[lever]), "period": period + 1} | entering(resolver, base, lever, period, held)
        if arrays.terms.whole[lever, period]:
            rows.append(row | {"reduced": math.nan, "enters_below": math.nan, "found": WHOLE})
            continue
        column = resolver.programme.layout.x[lever, period]
        ranged = row["stage"] == first and ranges.at_bound[column] and ranges.high[column] > FORCED
        ranged = ranged and bool(steady[_taken(resolver, lever, period, held)[0]].all())  # else a lower price meets another price of money
        rows.append(row | {"found": "range" if ranged else "dual only"})
    return rows


def far(row: dict[str, object], stages: list[str]) -> tuple[object, ...]:
    """Say how far an unused lever is from use: first those that only a later stage keeps out, then by the part of their price too much."""
    price, below, reduced = (float(str(row[name])) for name in ("price", "enters_below", "reduced"))
    part = (price - below) / price if price and not math.isnan(below) else math.inf
    return row["found"] in {NO_ROOM, WHOLE}, -stages.index(str(row["stage"])), part, abs(reduced), row["lever"], row["period"]


def entering(resolver: Resolver, answer: Answer, lever: int, period: int, held: Flags) -> dict[str, object]:
    """Return the first stage that one unit of a lever would change, by how much, and the price below which it would not be worse.

    The price is `unit_cost`, in the cost stage and taken from money stocks alike; both are thought to fall together. Where `unit_cost` is
    0 it is what the lever takes from money stocks.
    """
    arrays, column = resolver.arrays, resolver.programme.layout.x[lever, period]
    stage, reduced = resolver.objectives[-1][0], 0.0
    for name, _ in resolver.objectives:
        if abs(answer.reduced[name][column]) > ZERO:
            stage, reduced = name, float(answer.reduced[name][column])
            break
    rows, amounts = _taken(resolver, lever, period, held)
    drawn = float((amounts * answer.prices[stage][rows]).sum())
    price = float(arrays.terms.unit_cost[lever, period]) or abs(float(amounts.sum()))
    counted = float(arrays.terms.unit_cost[lever, period] * arrays.discount[period]) if stage == "cost" else 0.0
    worth = drawn + counted  # what the price as it stands adds to the stage
    if stage == "cost" and not rows.size:
        below = price - reduced / float(arrays.discount[period])  # below 0, it would have to pay
    else:
        below = price * (1 - reduced / worth) if worth >= max(reduced, ZERO) else math.nan  # it takes more than money
    return {"stage": stage, "reduced": reduced, "price": price, "enters_below": below}


def _taken(resolver: Resolver, lever: int, period: int, held: Flags) -> tuple[Ints, Floats]:
    """Return the rows of the money stocks from which one unit of a lever takes, and the amounts, below 0."""
    effects = resolver.arrays.effects
    taken = np.flatnonzero((effects.lever == lever) & (effects.used == period))
    taken = taken[(effects.amount[taken] < 0) & held[effects.stock[taken]]]
    return effects.stock[taken] * resolver.arrays.periods + effects.arrives[taken], effects.amount[taken]
