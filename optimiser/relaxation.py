"""The cheapest relaxation: by how much numbers of the tables must change for a plan to be possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import highspy
import numpy as np

from optimiser.arrays import AT_LEAST, AT_MOST, EXACTLY, Arrays, arrays_of
from optimiser.conflict import LOWER, ROW, UPPER, Clock, Members, OutOfTimeError
from optimiser.formulation import Programme, directly, formulate
from optimiser.spread import Floats, Ints
from optimiser.tables import PlanningTables
from optimiser.watch import Watch

NOTHING = 1e-7  # HiGHS' own tolerance: what is smaller may be 0
SHARE = 0.25  # of the time that is left, for a way that is quick or not worth it
DIGITS = 9  # of a change: a hundredth of HiGHS' tolerance is lost at most


@dataclass(frozen=True)
class Change:
    """Say by how much a number of the tables has to change; `number` is what it was, `period` 1 to T."""

    family: str
    item: str
    period: int
    change: float
    number: float


@dataclass(frozen=True)
class Slack:
    """Let one kind of number give way: `sign` times the amount given is the change of the number in the tables."""

    family: str
    items: list[str]
    periods: Ints
    rows: Ints
    coefficient: Floats
    sign: Floats
    number: Floats


@dataclass
class Elastic:
    """Hold the programme in which limits, levers' bounds, inflows, hard needs and caps may change at a price; balance is never given up.

    A change costs its size relative to max(1, the number changed), so that pounds and people weigh alike: a tenth more money is as dear as
    a tenth fewer posts, and a rule whose number is 0 is dear to break. Changes of different rows add up.
    """

    programme: Programme
    highs: highspy.Highs
    kinds: list[Slack]
    bounds: list[tuple[int, Ints, Ints]]  # kind of member, rows that stand for it, its columns
    asks_whole: bool = False

    @classmethod
    def of(cls, programme: Programme, arrays: Arrays, clock: Clock) -> Elastic:
        """Write it."""
        highs = clock.attach(directly(programme, np.zeros(programme.layout.size), "simplex"))
        kinds, bounds = list(_row_slacks(programme, arrays)), []
        for member, columns, slack in _bound_slacks(programme, arrays, highs):
            kinds.append(slack)
            bounds.append((member, slack.rows, columns))
        for kind in kinds:
            _add_columns(highs, kind)
        return cls(programme, highs, kinds, bounds)

    def first(self, clock: Clock) -> bool:
        """Look for the cheapest changes from nothing, by simplex for a while, then by interior point; say whether any will do.

        Of 48,000 rows, where one hard need is impossible, simplex took 2.6 s and interior point 14; with 95 impossible, over 60 and 18.
        """
        try:
            return self.solve(clock.part(SHARE))
        except OutOfTimeError:
            self.highs.clearSolver()
            self.highs.setOptionValue("solver", "ipm")
            possible = self.solve(clock)
            self.highs.setOptionValue("solver", "simplex")
            return possible

    def solve(self, clock: Clock) -> bool:
        """Look for the cheapest changes from what is known; say whether any will do."""
        return clock.run(self.highs, whole=self.asks_whole) == highspy.HighsModelStatus.kOptimal

    def has_changes(self) -> bool:
        """Say whether a search that was stopped has found changes that will do."""
        return bool(self.highs.getInfo().primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible))

    def keep_whole(self) -> None:
        """Ask for whole numbers from now on."""
        places = np.flatnonzero(self.programme.whole).astype(np.int32)
        self.highs.changeColsIntegrality(places.size, places, np.full(places.size, highspy.HighsVarType.kInteger))
        self.asks_whole = True

    def give_balance(self, arrays: Arrays) -> None:
        """Let the balance itself give way, everything else for nothing: what it gives is what no change of the tables' limits can mend."""
        count = self.highs.getNumCol()
        self.highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.zeros(count))
        self.kinds = [Slack("balance", *_cells(arrays, np.indices(arrays.inflow.shape).reshape(2, -1), sign)) for sign in (1.0, -1.0)]
        for kind in self.kinds:
            _add_columns(self.highs, kind)

    def proof(self, clock: Clock) -> Members:
        """Return rows and bounds whose prices prove that the change which comes first, in time, cannot be less: they conflict.

        The other changes are left as they are: asked about all at once, 1,000 hard needs gave 7,400 rows to look through, one gives few.
        """
        given = self._given()
        if np.count_nonzero(given) > 1:
            everything = self._proof()
            self._ask_for_one(given)
            try:
                return self._proof() if self.solve(clock.part(SHARE)) else everything
            except OutOfTimeError:
                return everything
            finally:
                self._ask_for_all()
        return self._proof()

    def _given(self) -> Floats:
        """Return how much each number gives way, without the solver's rounding."""
        count = sum(len(kind.items) for kind in self.kinds)
        values = np.array(self.highs.getSolution().col_value)
        given = values[values.size - count :]
        number = np.concatenate([kind.number for kind in self.kinds])
        return np.where(given > NOTHING * np.maximum(1.0, np.abs(number)), given, 0.0)

    def _ask_for_one(self, given: Floats) -> None:
        """Minimise only the earliest change, the dearest of them; the others may be what they are."""
        costs = np.concatenate([_prices(kind) for kind in self.kinds])
        period = np.concatenate([kind.periods for kind in self.kinds])
        there = np.flatnonzero(given)
        one = there[np.lexsort((-(costs * given)[there], period[there]))[0]]
        alone = np.arange(given.size) == one
        self._price(np.where(alone, costs, 0.0), np.where(alone, highspy.kHighsInf, given))

    def _ask_for_all(self) -> None:
        costs = np.concatenate([_prices(kind) for kind in self.kinds])
        self._price(costs, np.full(costs.size, highspy.kHighsInf))

    def ask_for(self, allowed: Collection[tuple[str, str]]) -> None:
        """Let only these numbers change, by family and item."""
        costs = np.concatenate([_prices(kind) for kind in self.kinds])
        open_ones = np.array([(kind.family, item) in allowed for kind in self.kinds for item in kind.items], dtype=bool)
        self._price(costs, np.where(open_ones, highspy.kHighsInf, 0.0))

    def _price(self, costs: Floats, most: Floats) -> None:
        columns = np.arange(self.highs.getNumCol() - costs.size, self.highs.getNumCol(), dtype=np.int32)
        self.highs.changeColsCost(columns.size, columns, costs)
        self.highs.changeColsBounds(columns.size, columns, np.zeros(columns.size), most)

    def _proof(self) -> Members:
        solution, layout = self.highs.getSolution(), self.programme.layout
        price, reduced = np.array(solution.row_dual), np.array(solution.col_dual)
        rows = np.flatnonzero(np.abs(price[: len(self.programme.items)]) > NOTHING)
        stocks = layout.stock.ravel()[np.abs(reduced[layout.stock.ravel()]) > NOTHING]
        hard = layout.shortfall[(np.abs(reduced[layout.shortfall]) > NOTHING) & (self.programme.upper[layout.shortfall] < np.inf)]
        parts = [(ROW, rows), (LOWER, stocks), (UPPER, hard)]
        parts += [(member, columns[np.abs(price[places]) > NOTHING]) for member, places, columns in self.bounds]
        kinds = np.repeat([kind for kind, _ in parts], [places.size for _, places in parts])
        return Members(kinds, np.concatenate([places for _, places in parts]).astype(np.intp))

    def changes(self) -> list[Change]:
        """Return the changes found."""
        parts = np.split(self._given(), np.cumsum([len(kind.items) for kind in self.kinds])[:-1])
        return [change for kind, amounts in zip(self.kinds, parts, strict=True) for change in _changes(kind, amounts)]


def alternatives(
    tables: PlanningTables, groups: Sequence[Collection[tuple[str, str]]], seconds: float, cancel: Callable[[], bool] | None = None
) -> list[list[Change]]:
    """Return for each group of numbers, by family and item, the least changes of them alone that make a plan possible.

    Of whole numbers only the linear problem is asked. An empty list where they alone cannot, or the time is over.
    """
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    clock = Clock.of(seconds, Watch(None, None, cancel))
    found: list[list[Change]] = []
    with suppress(OutOfTimeError):
        elastic = Elastic.of(programme, arrays, clock)
        for group in groups:
            elastic.ask_for(group)
            found.append(elastic.changes() if elastic.solve(clock) else [])
    return found + [[] for _ in groups[len(found) :]]


def how_much(changes: Sequence[Change]) -> float:
    """Return what changes cost: each its size relative to max(1, the number changed)."""
    return sum(abs(change.change) / max(1.0, abs(change.number)) for change in changes)


def _prices(kind: Slack) -> Floats:
    """Return what one unit of change costs."""
    return 1.0 / np.maximum(1.0, np.abs(kind.number))


def _changes(kind: Slack, given: Floats) -> Iterator[Change]:
    for place in np.flatnonzero(given).tolist():
        change = round(float(kind.sign[place] * given[place]), DIGITS)
        yield Change(kind.family, kind.items[place], int(kind.periods[place]) + 1, change, float(kind.number[place]))


def _add_columns(highs: highspy.Highs, kind: Slack) -> None:
    count = len(kind.items)
    costs, zeros = _prices(kind), np.zeros(count)
    starts = np.arange(count, dtype=np.int32)
    endless = np.full(count, highspy.kHighsInf)
    highs.addCols(count, costs, zeros, endless, count, starts, kind.rows.astype(np.int32), kind.coefficient)


def _cells(arrays: Arrays, cells: Ints, sign: float) -> tuple[list[str], Ints, Ints, Floats, Floats, Floats]:
    """Let more (or less) arrive in some stocks and periods than the tables say."""
    stock, period = cells
    ones = np.full(stock.size, sign)
    return arrays.stocks[stock].tolist(), period, stock * arrays.periods + period, -ones, ones, arrays.inflow[stock, period]


def _row_slacks(programme: Programme, arrays: Arrays) -> Iterator[Slack]:
    """Let limits rise (or fall), inflows that the tables give change, and hard needs fall, by a term in their own row."""
    balance = programme.layout.stock.size
    limits, first = arrays.limits, balance + len(arrays.needs.stock)
    names = arrays.limit_names[limits.limit]
    for loosened, sign in (((AT_MOST, EXACTLY), 1.0), ((AT_LEAST, EXACTLY), -1.0)):
        chosen = np.flatnonzero(np.isin(limits.sense, loosened))
        ones = np.full(chosen.size, sign)
        yield Slack("limit", names[chosen].tolist(), limits.period[chosen], first + chosen, -ones, ones, limits.amount[chosen])
    for sign in (1.0, -1.0):
        yield Slack("inflow", *_cells(arrays, np.array(np.nonzero(arrays.inflow_given)), sign))
    needs, hard = arrays.needs, np.flatnonzero(arrays.needs.hard)
    ones = np.ones(hard.size)
    items = arrays.stocks[needs.stock[hard]].tolist()
    yield Slack("required", items, needs.period[hard], balance + hard, ones, -ones, needs.required[hard])


def _bound_slacks(programme: Programme, arrays: Arrays, highs: highspy.Highs) -> Iterator[tuple[int, Ints, Slack]]:
    """Let levers pass their minimum and maximum, and surplus its cap: the bounds become rows, which give way like limits.

    A term in the cover row will not do for a cap: what it takes up is not surplus, and limits that count surplus would miss it.
    """
    terms, needs, layout = arrays.terms, arrays.needs, programme.layout
    for family, member, bounds, chosen in (
        ("minimum", LOWER, terms.minimum, terms.minimum > 0),
        ("maximum", UPPER, terms.maximum, np.isfinite(terms.maximum)),
    ):
        lever, period = np.nonzero(chosen)
        columns = layout.x[lever, period]
        yield member, columns, _as_rows(highs, family, arrays.levers[lever].tolist(), period, columns, bounds[lever, period])
    capped = np.flatnonzero(np.isfinite(needs.surplus_cap))
    items, columns = arrays.stocks[needs.stock[capped]].tolist(), layout.surplus[capped]
    yield UPPER, columns, _as_rows(highs, "surplus_cap", items, needs.period[capped], columns, needs.surplus_cap[capped])
    opened = np.concatenate([layout.x.ravel(), layout.surplus]).astype(np.int32)
    highs.changeColsBounds(opened.size, opened, np.zeros(opened.size), np.full(opened.size, highspy.kHighsInf))


def _as_rows(highs: highspy.Highs, family: str, items: list[str], periods: Ints, columns: Ints, number: Floats) -> Slack:
    """Write bounds as rows of one variable each, and return what lets these rows give way."""
    count, first = columns.size, highs.getNumRow()
    endless, ones = np.full(count, highspy.kHighsInf), np.ones(count)
    low, high = (number, endless) if family == "minimum" else (-endless, number)
    highs.addRows(count, low, high, count, np.arange(count, dtype=np.int32), columns.astype(np.int32), ones)
    sign = -ones if family == "minimum" else ones
    return Slack(family, items, periods, first + np.arange(count), -sign, sign, number)
