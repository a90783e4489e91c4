"""Planning tables worked out once: ids sorted, overrides and blanks resolved, everything addressed by position.

Projection, formulation and audit read these arrays. `i` is the position of a stock, `l` of a lever, `t` a period less 1, `k` a
requirement (one stock in one period), `r` a row of a limit (one limit in one period).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimiser.contract import ITEM_KINDS, SENSES, TABLES
from optimiser.spread import PRESENT, Floats, Ints, spread, sums
from optimiser.tables import PlanningTables

Names = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
LEVER, STOCK, SURPLUS, SHORTFALL = range(len(ITEM_KINDS))
AT_MOST, AT_LEAST, EXACTLY = range(len(SENSES))


@dataclass(frozen=True)
class Transitions:
    """rate[n] of stock `source[n]` at t - 1 is in stock `target[n]` at `period[n]`."""

    source: Ints
    target: Ints
    period: Ints
    rate: Floats


@dataclass(frozen=True)
class Effects:
    """One unit of `lever[n]` used at `used[n]` adds `amount[n]` to `stock[n]` at `arrives[n]`."""

    lever: Ints
    used: Ints
    stock: Ints
    arrives: Ints
    amount: Floats


@dataclass(frozen=True)
class Levers:
    """Terms of use, each of shape (levers, periods)."""

    unit_cost: Floats
    minimum: Floats
    maximum: Floats
    whole: Flags


@dataclass(frozen=True)
class Requirements:
    """Requirement k is on `stock[k]` at `period[k]`; `place` finds k by stock and period, -1 where nothing is required."""

    place: Ints
    stock: Ints
    period: Ints
    required: Floats
    shortfall_weight: Floats
    surplus_cost: Floats
    hard: Flags
    surplus_cap: Floats


@dataclass(frozen=True)
class Cover:
    """One unit of `lever[n]` used counts `amount[n]` towards requirement `requirement[n]`, in its period."""

    lever: Ints
    requirement: Ints
    amount: Floats


@dataclass(frozen=True)
class Limits:
    """Row r is limit `limit[r]` at `period[r]`; `place` finds r by limit and period, -1 where there is no limit.

    `constant[r]` is what openings and history already use of it.
    """

    place: Ints
    limit: Ints
    period: Ints
    amount: Floats
    sense: Ints
    constant: Floats


@dataclass(frozen=True)
class Items:
    """Weighted items: `amount[n]` times item `item[n]` of kind `kind[n]` at `period[n]`, in row `row[n]`."""

    row: Ints
    kind: Ints
    item: Ints
    period: Ints
    amount: Floats

    def where(self, mask: Flags) -> Items:
        """Return the terms that the mask keeps."""
        return Items(self.row[mask], self.kind[mask], self.item[mask], self.period[mask], self.amount[mask])


@dataclass(frozen=True, eq=False)
class Arrays:
    """Hold a planning problem as arrays; `history[l, s]` is the use of lever l at period s - history.shape[1] + 1."""

    periods: int
    stocks: Names
    levers: Names
    limit_names: Names
    opening: Floats
    holding_cost: Floats
    move_weight: Floats
    discount: Floats
    inflow: Floats
    inflow_given: Flags
    history: Floats
    arriving: Floats
    transitions: Transitions
    effects: Effects
    terms: Levers
    needs: Requirements
    cover: Cover
    limits: Limits
    uses: Items
    goals: dict[str, Items]


WORKED_OUT: WeakKeyDictionary[PlanningTables, Arrays] = WeakKeyDictionary()  # 0.08 s for the largest trust, asked for five times a plan
WORKING = Lock()


def arrays_of(tables: PlanningTables) -> Arrays:
    """Work the tables out: sort by id, spread over periods, fill blanks, tell constants from variables; once, since nobody changes them.

    Tables that share all others with tables that were worked out, and have inflows of their own, share what was worked out too.
    """
    with WORKING:
        found = WORKED_OUT.get(tables)
        if found is None:
            like = next((arrays for other, arrays in WORKED_OUT.items() if _differ_in_inflows(tables, other)), None)
            found = _worked_out(tables) if like is None else replace(like, **_inflow(tables.inflows, like.stocks, like.periods))
            WORKED_OUT[tables] = found
        return found


def _differ_in_inflows(tables: PlanningTables, other: PlanningTables) -> bool:
    ours, theirs = tables.frames(), other.frames()
    return tables.problem == other.problem and all(frame is theirs[name] for name, frame in ours.items() if name != "inflows")


def _worked_out(tables: PlanningTables) -> Arrays:
    periods = tables.problem.periods
    stocks, levers, limits = (_sorted(tables.frames()[name], name.removesuffix("s")) for name in ("stocks", "levers", "limits"))
    by_stock, by_lever, by_limit = (pd.Index(names, dtype=object) for names in (stocks, levers, limits))
    opening = _base(tables.stocks, "stock", "opening", by_stock)
    longest = max(int(frame["lag"].fillna(0).max()) if len(frame) else 0 for frame in (tables.effects, tables.uses))
    history = _history(tables.history, by_lever, longest)
    effects, arriving = _effects(tables.effects, by_lever, by_stock, history, periods)
    needs = _requirements(tables.requirements, by_stock, periods)
    rows, uses = _limits(tables, by_limit, by_lever, by_stock, needs, opening, history)
    return Arrays(
        periods=periods,
        stocks=stocks,
        levers=levers,
        limit_names=limits,
        opening=opening,
        holding_cost=_with_base(tables.stock_periods, tables.stocks, "stock", "unit_cost", by_stock, periods),
        move_weight=_base(tables.levers, "lever", "move_weight", by_lever),
        discount=(1.0 + tables.problem.discount) ** -np.arange(1.0, periods + 1.0),
        **_inflow(tables.inflows, stocks, periods),
        history=history,
        arriving=arriving,
        transitions=_transitions(tables.transitions, by_stock, periods),
        effects=effects,
        terms=_terms(tables, by_lever, periods),
        needs=needs,
        cover=_cover(tables.cover, by_lever, by_stock, needs, periods),
        limits=rows,
        uses=uses,
        goals=_goals(tables.goals, by_lever, by_stock, periods),
    )


def _inflow(frame: pd.DataFrame, stocks: Names, periods: int) -> dict[str, Any]:
    """Return what comes into each stock in each period, and whether the tables say so."""
    found = spread(positions(pd.Index(stocks, dtype=object), frame["stock"]), frame, ("amount",), 1, periods, len(stocks))
    return {"inflow": np.nan_to_num(found["amount"]), "inflow_given": ~np.isnan(found[PRESENT])}


def _sorted(frame: pd.DataFrame, column: str) -> Names:
    return np.array(sorted(set(frame[column].to_numpy(dtype=object))), dtype=object)


def positions(index: pd.Index, names: pd.Series) -> Ints:
    """Return where each name stands in the index, -1 where it does not."""
    return np.asarray(index.get_indexer(pd.Index(names.to_numpy(dtype=object), dtype=object)), dtype=np.intp)


def _default(table: str, column: str) -> float:
    return float(next(item.default or 0.0 for item in TABLES[table].columns if item.name == column))


def _base(frame: pd.DataFrame, key: str, column: str, index: pd.Index) -> Floats:
    """Return a column of `stocks` or `levers` in sorted order, blanks filled with the default."""
    values = np.full(len(index), np.nan)
    values[positions(index, frame[key])] = frame[column].to_numpy(dtype="float64", na_value=np.nan)
    return np.where(np.isnan(values), _default(f"{key}s", column), values)


def _with_base(overrides: pd.DataFrame, base: pd.DataFrame, key: str, column: str, index: pd.Index, periods: int) -> Floats:
    """Return a column over periods: the override where there is one, else the base table's value, else the default."""
    over = spread(positions(index, overrides[key]), overrides, (column,), 1, periods, len(index))[column]
    return np.where(np.isnan(over), _base(base, key, column, index)[:, None], over)


def _terms(tables: PlanningTables, by_lever: pd.Index, periods: int) -> Levers:
    def column(name: str) -> Floats:
        return _with_base(tables.lever_periods, tables.levers, "lever", name, by_lever, periods)

    return Levers(column("unit_cost"), column("minimum"), column("maximum"), column("whole") > 0)


def _keyed(parts: list[Ints], sizes: list[int]) -> tuple[Ints, list[Ints]]:
    """Number the distinct keys of rows; return each row's number and, for each number, the parts of its key."""
    codes = np.ravel_multi_index(parts, [max(size, 1) for size in sizes]) if len(parts[0]) else np.zeros(0, np.intp)
    keys, place = np.unique(codes, return_inverse=True)
    found = np.unravel_index(keys, [max(size, 1) for size in sizes]) if len(keys) else [np.zeros(0, np.intp)] * len(parts)
    return place.astype(np.intp), [np.asarray(part, dtype=np.intp) for part in found]


def _transitions(frame: pd.DataFrame, by_stock: pd.Index, periods: int) -> Transitions:
    size = len(by_stock)
    place, (source, target) = _keyed([positions(by_stock, frame["from_stock"]), positions(by_stock, frame["to_stock"])], [size, size])
    rate = np.nan_to_num(spread(place, frame, ("rate",), 1, periods, len(source))["rate"])
    pair, period = np.nonzero(rate)
    return Transitions(source[pair], target[pair], period, rate[pair, period])


def _history(frame: pd.DataFrame, by_lever: pd.Index, longest: int) -> Floats:
    """Return the use of each lever at each period up to 0, as far back as any row goes and the longest lag reaches."""
    frame = frame[frame["period"] > -longest]
    period = frame["period"].to_numpy(dtype="float64")
    used = np.zeros((len(by_lever), 1 - int(period.min()) if len(period) else 0))
    used[positions(by_lever, frame["lever"]), (period - 1).astype(np.intp)] = frame["amount"].to_numpy()
    return used


def _effects(frame: pd.DataFrame, by_lever: pd.Index, by_stock: pd.Index, history: Floats, periods: int) -> tuple[Effects, Floats]:
    """Tell the effects of uses still to be chosen from what the history brings; drop what arrives after the last period."""
    lags = frame["lag"].fillna(0).to_numpy(dtype=np.intp)
    parts = [positions(by_lever, frame["lever"]), positions(by_stock, frame["stock"]), lags]
    place, (lever, stock, lag) = _keyed(parts, [len(by_lever), len(by_stock), int(lags.max(initial=0)) + 1])
    back = history.shape[1]
    amount = np.nan_to_num(spread(place, frame, ("amount",), 1 - back, periods, len(lever))["amount"])
    term, use = np.nonzero(amount)
    used = use - back
    arrives = used + lag[term]
    chosen, past = (used >= 0) & (arrives < periods), (used < 0) & (arrives >= 0) & (arrives < periods)
    effects = Effects(lever[term[chosen]], used[chosen], stock[term[chosen]], arrives[chosen], amount[term[chosen], use[chosen]])
    arriving = np.zeros((len(by_stock), periods))
    np.add.at(arriving, (stock[term[past]], arrives[past]), amount[term[past], use[past]] * history[lever[term[past]], use[past]])
    return effects, arriving


def _requirements(frame: pd.DataFrame, by_stock: pd.Index, periods: int) -> Requirements:
    columns = ("required", "shortfall_weight", "surplus_cost", "hard", "surplus_cap")
    values = spread(positions(by_stock, frame["stock"]), frame, columns, 1, periods, len(by_stock))
    stock, period = np.nonzero(~np.isnan(values[PRESENT]))
    place = np.full((len(by_stock), periods), -1, dtype=np.intp)
    place[stock, period] = np.arange(len(stock))
    cells = [values[name][stock, period] for name in columns]
    filled = [np.where(np.isnan(cell), _default("requirements", name), cell) for name, cell in zip(columns, cells, strict=True)]
    return Requirements(place, stock, period, filled[0], filled[1], filled[2], filled[3] > 0, filled[4])


def _cover(frame: pd.DataFrame, by_lever: pd.Index, by_stock: pd.Index, needs: Requirements, periods: int) -> Cover:
    """Return the cover that meets a requirement; elsewhere it counts towards nothing."""
    place, (lever, stock) = _keyed(
        [positions(by_lever, frame["lever"]), positions(by_stock, frame["stock"])], [len(by_lever), len(by_stock)]
    )
    amount = np.nan_to_num(spread(place, frame, ("amount",), 1, periods, len(lever))["amount"])
    term, period = np.nonzero(amount)
    need = needs.place[stock[term], period]
    met = need >= 0
    return Cover(lever[term[met]], need[met], amount[term[met], period[met]])


def _items(frame: pd.DataFrame, by_lever: pd.Index, by_stock: pd.Index) -> tuple[Ints, Ints]:
    """Return the kind and the position of each row's item."""
    kind = positions(pd.Index(ITEM_KINDS, dtype=object), frame["kind"])
    return kind, np.where(kind == LEVER, positions(by_lever, frame["item"]), positions(by_stock, frame["item"]))


def _limits(
    tables: PlanningTables,
    by_limit: pd.Index,
    by_lever: pd.Index,
    by_stock: pd.Index,
    needs: Requirements,
    opening: Floats,
    history: Floats,
) -> tuple[Limits, Items]:
    """Return the rows of the limits and the terms of their left-hand sides, what is already known as a constant of the row."""
    periods = tables.problem.periods
    sense_code = tables.limits["sense"].map({sense: float(code) for code, sense in enumerate(SENSES)})
    coded = tables.limits.assign(sense=sense_code.astype("float64"))
    values = spread(positions(by_limit, coded["limit"]), coded, ("amount", "sense"), 1, periods, len(by_limit))
    limit, period = np.nonzero(np.isfinite(values["amount"]))
    place = np.full(values["amount"].shape, -1, dtype=np.intp)
    place[limit, period] = np.arange(len(limit))
    terms = _uses(tables.uses, by_limit, by_lever, by_stock, place)
    constant, variable = _known(terms, opening, history, needs)
    sense = np.nan_to_num(values["sense"][limit, period], nan=AT_MOST).astype(np.intp)
    total = sums(terms.row, constant, len(limit))
    return Limits(place, limit, period, values["amount"][limit, period], sense, total), terms.where(variable)


def _uses(frame: pd.DataFrame, by_limit: pd.Index, by_lever: pd.Index, by_stock: pd.Index, place: Ints) -> Items:
    """Return every use of every limit row, at the period of the item: t - lag, negative for period 0 and before."""
    kinds, items = _items(frame, by_lever, by_stock)
    lags = frame["lag"].fillna(0).to_numpy(dtype=np.intp)
    sizes = [len(by_limit), len(ITEM_KINDS), max(len(by_lever), len(by_stock)), int(lags.max(initial=0)) + 1]
    key, (limit, kind, item, lag) = _keyed([positions(by_limit, frame["limit"]), kinds, items, lags], sizes)
    amount = np.nan_to_num(spread(key, frame, ("amount",), 1, place.shape[1], len(limit))["amount"])
    term, period = np.nonzero(amount)
    row = place[limit[term], period]
    kept = row >= 0
    term, period = term[kept], period[kept]
    return Items(row[kept], kind[term], item[term], period - lag[term], amount[term, period])


def _known(terms: Items, opening: Floats, history: Floats, needs: Requirements) -> tuple[Floats, Flags]:
    """Return the part of each term that is known, and which terms are variables.

    A stock at period 0 or before is its opening, a lever is its history; surplus and shortfall before period 1, or where nothing is
    required, are 0.
    """
    before = terms.period < 0
    known = np.zeros(len(terms.row))
    stocks = before & (terms.kind == STOCK)
    known[stocks] = opening[terms.item[stocks]]
    back = history.shape[1]
    levers = before & (terms.kind == LEVER) & (terms.period >= -back)
    known[levers] = history[terms.item[levers], terms.period[levers] + back]
    return known * terms.amount, ~before & _there(terms, needs)


def _there(terms: Items, needs: Requirements) -> Flags:
    """Say which items are variables at all: surplus and shortfall only where something is required."""
    gap = (terms.kind == SURPLUS) | (terms.kind == SHORTFALL)
    there = np.ones(len(terms.row), dtype=bool)
    there[gap] = needs.place[terms.item[gap], np.maximum(terms.period[gap], 0)] >= 0
    return there


def _goals(frame: pd.DataFrame, by_lever: pd.Index, by_stock: pd.Index, periods: int) -> dict[str, Items]:
    goals: dict[str, Items] = {}
    for name, rows in frame.groupby("goal", sort=True):
        kinds, items = _items(rows, by_lever, by_stock)
        key, (kind, item) = _keyed([kinds, items], [len(ITEM_KINDS), max(len(by_lever), len(by_stock))])
        amount = np.nan_to_num(spread(key, rows, ("amount",), 1, periods, len(kind))["amount"])
        term, period = np.nonzero(amount)
        goals[str(name)] = Items(np.zeros(len(term), np.intp), kind[term], item[term], period, amount[term, period])
    return goals
