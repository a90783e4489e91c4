"""The recurrence of the stocks: what is there if nothing is done, or if given actions are taken; along one path or thousands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import Arrays, arrays_of, positions
from optimiser.cells import ROW_OF_FIRST
from optimiser.errors import Fault, TablesError
from optimiser.spread import Floats, Ints, spread, sums
from optimiser.tables import PlanningTables

PATHS_AT_ONCE = 128  # what is in hand then stays near the processor, whatever the number of paths: 1,000 at once took a fifth longer

Step = Callable[[Floats], Floats]  # stocks (stocks, paths) at t - 1 to what is left of them, and where, at t


def project(tables: PlanningTables, actions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return every stock (rows) at periods 0 to T (columns), sorted by id.

    `actions` has columns lever, period (1 to T) and amount; None does nothing. What history and inflows bring is always in.
    A stock may come out negative: that is what would happen, not what is allowed. Raises TablesError for actions that the tables do not
    know.
    """
    arrays = arrays_of(tables)
    columns = pd.RangeIndex(arrays.periods + 1)
    return pd.DataFrame(stocks_of(arrays, _used(arrays, actions)), pd.Index(arrays.stocks, name="stock", dtype="str"), columns)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Give rows of one table a number for each path.

    `numbers` has shape (paths, rows given); `rows` says which rows of the table they are, counted from 0 in its own order, None for all.
    """

    numbers: Floats
    rows: Ints | None = None


@dataclass(frozen=True, eq=False)
class Draws:
    """Hold what differs between paths: numbers of rows of `stocks`, `transitions`, `inflows` and `effects`; None is as in the tables.

    A drawn number stands where the table's own stood: a row that names a period still overrides the every-period row, in its period alone.
    """

    opening: Drawn | None = None
    rates: Drawn | None = None
    inflows: Drawn | None = None
    effects: Drawn | None = None


@dataclass(frozen=True, eq=False)
class Paths:
    """Hold sampled paths: `amounts` has shape (paths, stocks, periods 0 to T), its stocks in the order of `stocks`, sorted by id."""

    stocks: tuple[str, ...]
    amounts: Floats

    def percentiles(self, percents: Sequence[float] = (10, 50, 90)) -> pd.DataFrame:
        """Return stock, period, percentile and amount, a row for each; between two paths the percentile is interpolated."""
        found = np.percentile(self.amounts.T, percents, axis=-1)  # percent, period, stock: paths lie next to each other in memory
        _, periods, stocks = found.shape
        return pd.DataFrame(
            {
                "stock": pd.Series(np.repeat(np.array(self.stocks, dtype=object), periods * len(percents)), dtype="str"),
                "period": np.tile(np.repeat(np.arange(periods), len(percents)), stocks),
                "percentile": np.tile(np.asarray(percents, dtype="float64"), stocks * periods),
                "amount": found.transpose(2, 1, 0).ravel(),
            }
        )


def project_paths(tables: PlanningTables, draws: Draws, actions: pd.DataFrame | None = None) -> Paths:
    """Project many paths in one call, each with numbers of its own, the same actions in all.

    The result takes 8 bytes x paths x stocks x (T + 1): 104 MB for 1,000 paths of 1,000 stocks over 12 periods; beside it and the caller's
    draws, only a few bytes for each number drawn grow with the paths. Raises TablesError for draws that do not fit the tables, for numbers
    that are not finite and for openings below 0.
    """
    arrays = arrays_of(tables)
    used = _used(arrays, actions)
    sources = _sources(tables, draws)
    faults = [fault for source in sources.values() for fault in source.faults()]
    counts = {name: len(source.drawn.numbers) for name, source in sources.items()}
    if len(set(counts.values())) > 1 and not faults:
        found = ", ".join(f"{count} of {name}" for name, count in counts.items())
        faults.append(Fault("Different numbers of paths", "draws", found=found, allowed="one number", action="Draw as many of each."))
    if faults:
        raise TablesError(faults)
    paths = max(counts.values(), default=1)
    amounts = np.empty((arrays.periods + 1, len(arrays.stocks), paths))
    course = _Course.of(arrays, used, sources)
    for first in range(0, paths, PATHS_AT_ONCE):
        course.follow(slice(first, min(first + PATHS_AT_ONCE, paths)), amounts)
    return Paths(tuple(arrays.stocks), amounts.transpose(2, 1, 0))


def stocks_of(arrays: Arrays, used: Floats) -> Floats:
    """Return stocks of shape (stocks, periods 0 to T) for uses of shape (levers, periods).

    stock[i,t] = sum_j rate[j,i,t] * stock[j,t-1] + inflow[i,t] + sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag]
    """
    arriving = arrays.inflow + arrays.arriving + effect_of(arrays, used)
    stocks = np.empty((arrays.periods + 1, len(arrays.stocks), 1))
    _follow(arrays.opening[:, None], [rates.__matmul__ for rates in rates_of(arrays)], arriving.T[:, :, None], stocks)
    return np.ascontiguousarray(stocks[:, :, 0].T)


def _follow(opening: Floats, steps: Sequence[Step], arriving: Iterable[Floats], stocks: Floats) -> None:
    """Fill stocks of shape (periods 0 to T, stocks, paths): each period what the step leaves of the one before, and what arrives."""
    stocks[0] = opening
    for period, (step, more) in enumerate(zip(steps, arriving, strict=True)):
        np.add(step(stocks[period]), more, out=stocks[period + 1])


def effect_of(arrays: Arrays, used: Floats) -> Floats:
    """Return what the uses add to each stock in each period, shape (stocks, periods)."""
    effects = arrays.effects
    place = effects.stock * arrays.periods + effects.arrives
    size = len(arrays.stocks) * arrays.periods
    return sums(place, effects.amount * used[effects.lever, effects.used], size).reshape(-1, arrays.periods)


def use_of(arrays: Arrays, actions: pd.DataFrame) -> Floats:
    """Return actions as uses of shape (levers, periods); several rows of a lever and period add up."""
    place = positions(pd.Index(arrays.levers), actions["lever"])
    period = actions["period"].to_numpy(dtype="float64")
    inside = np.isin(period, np.arange(1, arrays.periods + 1))
    faults = _action_faults(actions, place < 0, "lever", "Unknown lever", "the ids in levers")
    faults += _action_faults(actions, ~inside, "period", "Period out of range", f"1 to {arrays.periods}")
    if faults:
        raise TablesError(faults)
    used = np.zeros((len(arrays.levers), arrays.periods))
    np.add.at(used, (place, period.astype(np.intp) - 1), actions["amount"].to_numpy(dtype="float64"))
    return used


def _used(arrays: Arrays, actions: pd.DataFrame | None) -> Floats:
    return np.zeros((len(arrays.levers), arrays.periods)) if actions is None else use_of(arrays, actions)


def _action_faults(actions: pd.DataFrame, wrong: np.ndarray, column: str, problem: str, allowed: str) -> list[Fault]:
    return [
        Fault(problem, "actions", int(row) + ROW_OF_FIRST, column, repr(actions[column].iloc[row]), allowed, "Correct the row.")
        for row in np.flatnonzero(wrong)
    ]


def rates_of(arrays: Arrays) -> list[sparse.csr_array]:
    """Return one matrix a period: entry (to, from) is the part of `from` at t - 1 that is in `to` at t."""
    moves, size = arrays.transitions, len(arrays.stocks)
    return _by_period(moves.period, moves.target, moves.source, moves.rate, (arrays.periods, size, size))


@dataclass(frozen=True, eq=False)
class _Source:
    """Know where the numbers of one table come from: what was drawn, and its own column for the rows that were not."""

    name: str
    table: str
    frame: pd.DataFrame
    column: str
    drawn: Drawn

    @property
    def own(self) -> Floats:
        """Return the table's own numbers, NaN for a blank."""
        return self.frame[self.column].to_numpy(dtype="float64", na_value=np.nan)

    def numbers(self, paths: slice) -> Floats:
        """Return the numbers of all rows, shape (rows, paths)."""
        drawn = np.ascontiguousarray(np.asarray(self.drawn.numbers)[paths].T, dtype="float64")
        if self.drawn.rows is None:
            return drawn
        numbers = np.repeat(self.own[:, None], drawn.shape[1], axis=1)
        numbers[self.drawn.rows] = drawn
        return numbers

    def speaking(self, place: Ints, first: int, last: int, size: int) -> Ints:
        """Return which row speaks for each key (of `size`) in each period, -1 where none does; a blank cell speaks for nothing."""
        own = self.own
        numbered = self.frame.assign(**{self.column: np.where(np.isnan(own), np.nan, np.arange(len(own), dtype="float64"))})
        row = spread(place, numbered, (self.column,), first, last, size)[self.column]
        return np.where(np.isnan(row), -1.0, row).astype(np.intp)

    def faults(self) -> list[Fault]:
        """Say where what was drawn does not fit the table."""
        size, shape = len(self.frame), np.shape(self.drawn.numbers)
        rows = np.arange(size) if self.drawn.rows is None else np.asarray(self.drawn.rows)
        if not _are_rows(rows, size):
            allowed = f"positions 0 to {size - 1} in {self.table}, none twice"
            return [Fault("Unknown rows", "draws", None, self.name, repr(rows.tolist()), allowed, "Correct the rows.")]
        if len(shape) != 2 or shape[1] != len(rows) or not shape[0]:
            given = " given" if self.drawn.rows is not None else ""
            allowed = f"(paths, {len(rows)}), one column for each row of {self.table}{given}, one path at least"
            return [Fault("Wrong shape", "draws", None, self.name, repr(shape), allowed, "Draw one number for each row and path.")]
        return self._wrong_numbers(np.asarray(self.drawn.numbers, dtype="float64"), rows)

    def _wrong_numbers(self, drawn: Floats, rows: Ints) -> list[Fault]:
        """List, for each row of the table, the first drawn number that cannot be; where a cell is blank, nothing is read."""
        opening = self.table == "stocks"  # a blank opening is 0, a blank cell elsewhere is the every-period row's
        wrong = ~np.isfinite(drawn) | (drawn < 0 if opening else False)
        wrong &= opening | ~np.isnan(self.own[rows])
        allowed = "a finite number" + (", 0 or more" if opening else "")
        return [
            Fault(
                "Number that cannot be",
                f"draws of {self.table}",
                int(rows[place]) + ROW_OF_FIRST,
                self.column,
                f"{float(drawn[path, place])!r} in path {path}, counted from 0",
                allowed,
                "Correct what is drawn.",
            )
            for place in np.flatnonzero(wrong.any(axis=0)).tolist()
            for path in [int(np.argmax(wrong[:, place]))]
        ]


def _sources(tables: PlanningTables, draws: Draws) -> dict[str, _Source]:
    """Return the tables of which anything is drawn, by the name of the draws."""
    every = (
        ("opening", "stocks", tables.stocks, "opening", draws.opening),
        ("rates", "transitions", tables.transitions, "rate", draws.rates),
        ("inflows", "inflows", tables.inflows, "amount", draws.inflows),
        ("effects", "effects", tables.effects, "amount", draws.effects),
    )
    return {name: _Source(name, table, frame, column, drawn) for name, table, frame, column, drawn in every if drawn is not None}


def _are_rows(rows: Ints, size: int) -> bool:
    whole = rows.ndim == 1 and (np.issubdtype(rows.dtype, np.integer) or not rows.size)
    return whole and bool(((rows >= 0) & (rows < size)).all()) and len(np.unique(rows)) == len(rows)


@dataclass(frozen=True, eq=False)
class _Course:
    """Hold how every path goes, part by part: as in the arrays, or by drawn rows."""

    arrays: Arrays
    sources: dict[str, _Source]
    order: Ints
    moves: list[_Moves]
    known: Floats
    arriving: dict[str, list[sparse.csr_array]]

    @classmethod
    def of(cls, arrays: Arrays, used: Floats, sources: dict[str, _Source]) -> _Course:
        """Work out once what is the same for all paths: which row speaks where, and what arrives that is not drawn."""
        by_stock = pd.Index(arrays.stocks)
        known = np.zeros((len(arrays.stocks), arrays.periods))
        arriving = {}
        if "inflows" in sources:
            arriving["inflows"] = _inflow_rows(sources["inflows"], by_stock, arrays.periods)
        else:
            known += arrays.inflow
        if "effects" in sources:
            arriving["effects"] = _effect_rows(sources["effects"], by_stock, arrays, used)
        else:
            known += arrays.arriving + effect_of(arrays, used)
        moves = _move_rows(sources["rates"], by_stock, arrays.periods) if "rates" in sources else []
        order = positions(by_stock, sources["opening"].frame["stock"]) if "opening" in sources else np.arange(len(by_stock))
        return cls(arrays, sources, order, moves, known, arriving)

    def follow(self, paths: slice, amounts: Floats) -> None:
        """Fill some paths of amounts of shape (periods 0 to T, stocks, paths)."""
        stocks = np.empty((*amounts.shape[:2], paths.stop - paths.start))
        _follow(self._opening(paths), self._steps(paths), self._arriving(paths), stocks)
        amounts[:, :, paths] = stocks

    def _opening(self, paths: slice) -> Floats:
        if "opening" not in self.sources:
            return self.arrays.opening[:, None]
        opening = np.empty((len(self.order), paths.stop - paths.start))
        opening[self.order] = np.nan_to_num(self.sources["opening"].numbers(paths))  # blank and not drawn: 0
        return opening

    def _steps(self, paths: slice) -> list[Step]:
        if "rates" not in self.sources:
            return [rates.__matmul__ for rates in rates_of(self.arrays)]
        numbers = self.sources["rates"].numbers(paths)
        return [partial(moves.carry, numbers) for moves in self.moves]

    def _arriving(self, paths: slice) -> Iterator[Floats]:
        """Yield what arrives, period by period."""
        drawn = [(self.sources[name].numbers(paths), periods) for name, periods in self.arriving.items()]
        for period in range(self.arrays.periods):
            yield sum((rows[period] @ numbers for numbers, rows in drawn), self.known[:, period, None])


@dataclass(frozen=True, eq=False)
class _Moves:
    """Hold the transitions of one period: row `row[n]` says which part of stock `source[n]` goes on; `into` adds them up by target."""

    row: Ints
    source: Ints
    into: sparse.csr_array

    def carry(self, numbers: Floats, stocks: Floats) -> Floats:
        """Return what is left of the stocks, and where; shapes (rows, paths) and (stocks, paths)."""
        moved = numbers[self.row]
        moved *= stocks[self.source]
        left: Floats = self.into @ moved
        return left


def _move_rows(rates: _Source, by_stock: pd.Index, periods: int) -> list[_Moves]:
    size = len(by_stock)
    codes = positions(by_stock, rates.frame["to_stock"]) * size + positions(by_stock, rates.frame["from_stock"])
    pairs, place = np.unique(codes, return_inverse=True)
    target, source = np.divmod(pairs, max(size, 1))
    speaking = rates.speaking(place, 1, periods, len(pairs))
    moves = []
    for row in speaking.T:
        there = np.flatnonzero(row >= 0)
        into = sparse.csr_array((np.ones(there.size), (target[there], np.arange(there.size))), shape=(size, there.size))
        moves.append(_Moves(row[there], source[there], into))
    return moves


def _inflow_rows(inflows: _Source, by_stock: pd.Index, periods: int) -> list[sparse.csr_array]:
    """Return one matrix a period: entry (stock, row) is 1 where the row speaks."""
    size = len(by_stock)
    speaking = inflows.speaking(positions(by_stock, inflows.frame["stock"]), 1, periods, size)
    stock, period = np.nonzero(speaking >= 0)
    return _by_period(period, stock, speaking[stock, period], np.ones(stock.size), (periods, size, len(inflows.frame)))


def _effect_rows(effects: _Source, by_stock: pd.Index, arrays: Arrays, used: Floats) -> list[sparse.csr_array]:
    """Return one matrix a period: entry (stock, row) is the use, of history or of the actions, whose effect the row states."""
    frame, size = effects.frame, len(by_stock)
    lags = frame["lag"].fillna(0).to_numpy(dtype=np.intp)
    longest, lever = int(lags.max(initial=0)) + 1, positions(pd.Index(arrays.levers), frame["lever"])
    keys, place = np.unique((lever * size + positions(by_stock, frame["stock"])) * longest + lags, return_inverse=True)
    rest, lag = np.divmod(keys, longest)
    by_lever, stock = np.divmod(rest, max(size, 1))
    back = arrays.history.shape[1]
    uses = np.concatenate([arrays.history, used], axis=1)[by_lever]
    speaking = effects.speaking(place, 1 - back, arrays.periods, len(keys))
    arrives = np.arange(-back, arrays.periods) + lag[:, None]
    key, column = np.nonzero((speaking >= 0) & (uses != 0) & (arrives >= 0) & (arrives < arrays.periods))
    row = speaking[key, column]
    return _by_period(arrives[key, column], stock[key], row, uses[key, column], (arrays.periods, size, len(frame)))


def _by_period(period: Ints, stock: Ints, row: Ints, amount: Floats, shape: tuple[int, int, int]) -> list[sparse.csr_array]:
    periods, size, rows = shape
    order = np.argsort(period, kind="stable")
    ends = np.searchsorted(period[order], np.arange(periods + 1))
    parts = [order[first:last] for first, last in pairwise(ends)]
    return [sparse.csr_array((amount[part], (stock[part], row[part])), shape=(size, rows)) for part in parts]
