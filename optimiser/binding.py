"""What binds: numbers on the right that have a price, and what stops more of one of them from helping."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimiser.plan import TOLERANCE
from optimiser.resolve import Answer, Resolver
from optimiser.session import ZERO
from optimiser.solver import vector
from optimiser.spread import Floats, Ints

PRICES = ("family", "item", "period", "stage", "amount", "price", "left", "right", "step", "holds_from", "holds_to", "found")
STOPS = ("family", "item", "period", "event", "weight")
TEXTS = {"family", "item", "lever", "stage", "found", "event"}


def binding(resolver: Resolver) -> pd.DataFrame:
    """Return every number on the right that binds, with the price of the first stage that has one, the most important first.

    Importance is price x amount; where the amount is 0, as where uses are weighed against each other, what passes through the row.
    """
    parts = [pd.DataFrame(part) for part in (_binding_rows(resolver), _binding_bounds(resolver))]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if frame.empty:
        return pd.DataFrame(columns=[*PRICES, "weight"])
    stages = [name for name, _ in resolver.objectives]
    frame["stage"] = [stages[place] for place in frame.pop("place")]
    first = (frame["stage"] == stages[0]) & (frame["price"] != 0)
    frame["step"] = [_step(size) for size in frame["size"]]
    covered = (frame["amount"] - frame["step"] >= frame["low"]) & (frame["amount"] + frame["step"] <= frame["high"])
    frame["found"] = np.where(first & covered & frame["at_bound"], "range", "dual only")
    frame["holds_from"], frame["holds_to"] = (frame[side].where(first & frame["at_bound"]) for side in ("low", "high"))
    ranged = frame["found"] == "range"
    frame["left"] = frame["right"] = frame["price"].where(ranged)
    frame["weight"] = frame["price"].abs() * frame["size"]
    frame["order"] = frame["stage"].map({name: place for place, name in enumerate(stages)})
    frame.loc[frame["price"] == 0, "order"] = len(stages)
    return frame.sort_values(["order", "weight", "family", "item", "period"], ascending=[True, False, True, True, True]).reset_index(
        drop=True
    )


def _step(size: float) -> float:
    """Return one, or for large amounts a round part of at most a hundredth, for small ones a round part of them.

    >>> _step(12.0), _step(60_000.0), _step(0.3), _step(0.0)
    (1.0, 100.0, 0.1, 1.0)
    """
    if size >= 100:
        return float(10.0 ** math.floor(math.log10(size / 100) + 1e-9))
    return 1.0 if size >= 1 or size <= 0 else float(10.0 ** math.floor(math.log10(size) + 1e-9))


def _binding_rows(resolver: Resolver) -> dict[str, object]:
    """Return the rows that have a price, and limits that are used up without one."""
    programme, arrays = resolver.programme, resolver.arrays
    balance, covers = programme.layout.stock.size, len(arrays.needs.stock)
    price, place = _first_price(resolver, "prices")
    family = np.array(programme.families)
    values = _values(resolver)
    activity = programme.matrix @ values
    through = (abs(programme.matrix) @ np.abs(values)) / 2
    given = np.ones(price.size, dtype=bool)
    given[:balance] = arrays.inflow_given.ravel()
    tight = np.zeros(price.size, dtype=bool)
    slack = np.minimum(activity - programme.row_lower, programme.row_upper - activity)
    tight[balance + covers :] = (slack <= TOLERANCE * np.maximum(1.0, through))[balance + covers :]
    rows = np.flatnonzero(given & ((price != 0) | tight))
    right = np.where(np.isfinite(programme.row_upper), programme.row_upper, programme.row_lower)
    amount = np.concatenate([arrays.inflow.ravel(), arrays.needs.required, arrays.limits.amount])
    names = {"balance": "inflow", "cover": "required", "limit": "limit"}
    ranges, _ = resolver.ranges
    size = np.where(amount != 0, np.abs(amount), np.where(family == "limit", through, 1.0))
    return {
        "family": [names[family[row]] for row in rows],
        "item": [programme.items[row] for row in rows],
        "period": [programme.periods[row] for row in rows],
        "place": place[rows],
        "amount": amount[rows],
        "price": price[rows],
        "low": (ranges.low - right + amount)[rows],
        "high": (ranges.high - right + amount)[rows],
        "at_bound": ranges.at_bound[rows],
        "size": size[rows],
    }


def _binding_bounds(resolver: Resolver) -> dict[str, object]:
    """Return the minima and maxima of levers that have a price; those held at whole numbers are not bounds of the tables."""
    programme, arrays = resolver.programme, resolver.arrays
    x, shape = programme.layout.x.ravel(), programme.layout.x.shape
    price, place = (found[x] for found in _first_price(resolver, "reduced"))
    free = ~arrays.terms.whole.ravel()
    low, high = arrays.terms.minimum.ravel(), arrays.terms.maximum.ravel()
    at_most = free & (price < 0) & np.isfinite(high)
    at_least = free & (price > 0) & (low > 0)
    _, ranges = resolver.ranges
    chosen = np.flatnonzero(at_most | at_least)
    lever, period = np.unravel_index(chosen, shape)
    amount = np.where(at_most, high, low)[chosen]
    least = np.where(at_most, low, 0.0)[chosen]  # neither bound can pass the other, nor be below 0
    most = np.where(at_most, np.inf, high)[chosen]
    return {
        "family": np.where(at_most, "maximum", "minimum")[chosen].tolist(),
        "item": [str(name) for name in arrays.levers[lever]],
        "period": period + 1,
        "place": place[chosen],
        "amount": amount,
        "price": price[chosen],
        "low": np.maximum(ranges.low[x[chosen]], least),
        "high": np.minimum(ranges.high[x[chosen]], most),
        "at_bound": ranges.at_bound[x[chosen]],
        "size": np.where(amount != 0, amount, 1.0),
    }


def _first_price(resolver: Resolver, source: str) -> tuple[Floats, Ints]:
    """Return for each row (`prices`) or column (`reduced`) its dual in the first stage that has one, and which that is."""
    found = [getattr(resolver.base, source)[name] for name, _ in resolver.objectives]
    place = np.zeros(found[0].size, dtype=np.intp)
    value = np.where(np.abs(found[0]) > ZERO, found[0], 0.0)
    for later, duals in enumerate(found[1:], start=1):
        fresh = (value == 0) & (np.abs(duals) > ZERO)
        value, place = np.where(fresh, duals, value), np.where(fresh, later, place)
    return value, place


def stops_of(resolver: Resolver, high: Answer) -> pd.DataFrame:
    """Return what has a price with more money and had none before, and which requirements are met then and were not before."""
    low = resolver.base
    stage = resolver.objectives[0][0]
    programme, arrays = resolver.programme, resolver.arrays
    balance, covers = programme.layout.stock.size, len(arrays.needs.stock)
    was, now = low.prices[stage], high.prices[stage]
    through = (abs(programme.matrix) @ np.abs(_values(resolver))) / 2
    rows = [
        ("limit", row, float(abs(now[row]) * max(1.0, through[row])))
        for row in np.flatnonzero((np.abs(was) <= ZERO) & (np.abs(now) > ZERO)).tolist()
        if row >= balance + covers
    ]
    needs, covered = arrays.needs, slice(balance, balance + covers)
    lacking = (low.found.shortfall > TOLERANCE) | (was[covered] >= needs.shortfall_weight - ZERO)  # a unit more would be missing
    gone = lacking & (high.found.shortfall <= TOLERANCE) & (now[covered] < needs.shortfall_weight - ZERO)
    rows += [("met", int(balance + need), float(needs.shortfall_weight[need] * needs.required[need])) for need in np.flatnonzero(gone)]
    found: list[dict[str, object]] = [
        {
            "family": "limit" if kind == "limit" else "required",
            "item": programme.items[row],
            "period": programme.periods[row],
            "event": "binds" if kind == "limit" else "met",
            "weight": weight,
        }
        for kind, row, weight in rows
    ]
    was, now = (answer.reduced[stage][programme.layout.x] for answer in (low, high))
    for lever, period in np.argwhere((was >= -ZERO) & (now < -ZERO) & np.isfinite(arrays.terms.maximum)).tolist():
        place = {"family": "maximum", "item": str(arrays.levers[lever]), "period": period + 1, "event": "binds"}
        found.append(place | {"weight": float(-now[lever, period] * max(1.0, arrays.terms.maximum[lever, period]))})
    found.sort(key=lambda row: (-float(str(row["weight"])), str(row["family"]), str(row["item"]), int(str(row["period"]))))
    return frame_of(found, STOPS)


def _values(resolver: Resolver) -> Floats:
    """Return the plan as the values of the variables."""
    return vector(resolver.programme.layout, resolver.base.found)


def frame_of(rows: list[dict[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Write rows as a frame of these columns, each of its type though there be no rows."""
    frame = pd.DataFrame(rows, columns=list(columns))
    kinds = {name: "str" if name in TEXTS else "int64" if name == "period" else "float64" for name in columns}
    return frame.astype(kinds)
