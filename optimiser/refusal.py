"""Why there is no plan: what conflicts, and the cheapest change that makes a plan possible; in ids of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np

from optimiser.arrays import AT_LEAST, AT_MOST, EXACTLY, Arrays
from optimiser.errors import PlanError
from optimiser.formulation import Layout, Programme, directly
from optimiser.projection import stocks_of
from optimiser.spread import Floats, Ints

SMALLEST_SET = 6  # HiGHS' iis_strategy: 2, from an elastic programme, plus 4, made irreducible; 0 finds nothing, 2 alone is not smallest
PATIENCE = 20.0  # seconds for each of the two questions at most
NOTHING = 1e-7
SHOWN = 3

Entry = dict[str, object]


def why_infeasible(programme: Programme, arrays: Arrays, seconds: float = PATIENCE) -> PlanError:
    """Find the smallest conflicting set and the cheapest relaxation of an infeasible programme."""
    patience = min(seconds, PATIENCE)
    elastic = Elastic.of(programme, arrays, patience)
    conflict = _conflict(programme, arrays, elastic.proof(), patience)
    relaxation = elastic.changes()
    lines = ["No plan keeps all the rows."]
    lines += ["In conflict: " + "; ".join(map(_words, conflict)) + "."] if conflict else []
    lines += ["Cheapest change that makes a plan possible: " + "; ".join(map(_words, relaxation)) + "."] if relaxation else []
    return PlanError("infeasible", "\n".join(lines + _doing_nothing(arrays)), conflict, relaxation)


def why_unbounded(highs: highspy.Highs, layout: Layout, arrays: Arrays, stage: str) -> PlanError:
    """Name the levers that could grow without end and make a stage ever better."""
    for option, value in (("presolve", "off"), ("solver", "simplex")):  # presolve sees that there is no end, but not which way
        highs.setOptionValue(option, value)
    highs.clearSolver()
    highs.run()
    _, there, ray = highs.getPrimalRay()  # type: ignore[attr-defined]  # there, though not in its stubs
    message = f"Stage {stage} can be made better without end."
    if there:
        levers = sorted({str(arrays.levers[lever]) for lever, _ in np.argwhere(np.abs(np.array(ray)[layout.x]) > NOTHING)})
        message += f" Growing without a limit: {', '.join(levers)}." if levers else ""
    return PlanError("unbounded", message + " Give them a maximum, a limit, or a price that is not negative.")


def _words(entry: Entry) -> str:
    change = entry.get("change")
    by = f" by {change:+,.6g}" if isinstance(change, float) else ""
    return f"{entry['family']} of {entry['item']!r} in period {entry['period']}{by}"


def _doing_nothing(arrays: Arrays) -> list[str]:
    """Say where doing nothing already ends below zero: often the fault is in the data there."""
    stocks = stocks_of(arrays, np.zeros((len(arrays.levers), arrays.periods)))
    below = [
        f"{arrays.stocks[stock]!r} is {stocks[stock, period]:,.6g} in period {period}"
        for stock in np.flatnonzero((stocks < -NOTHING).any(axis=1)).tolist()
        for period in np.flatnonzero(stocks[stock] < -NOTHING)[:1].tolist()
    ]
    more = f" and {len(below) - SHOWN} more" if len(below) > SHOWN else ""
    return ["If nothing is done, " + ", ".join(below[:SHOWN]) + more + "; look at the data there first."] if below else []


def _conflict(programme: Programme, arrays: Arrays, proof: Ints, seconds: float) -> list[Entry]:
    """Return the smallest conflicting set: rows, and bounds of variables where they take part.

    It is looked for among the rows of the proof that nothing less than the relaxation will do: on a trust of 48,000 rows that took a
    tenth of a second, among all rows 12 to 28 seconds.
    """
    highs = directly(programme, np.zeros(programme.layout.size))
    others = np.setdiff1d(np.arange(highs.getNumRow()), proof).astype(np.int32)
    highs.deleteRows(others.size, others)
    highs.setOptionValue("time_limit", seconds)
    highs.run()  # asked for a conflict before it has run, HiGHS crashes where a row without terms is broken
    if highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return []
    highs.setOptionValue("iis_strategy", SMALLEST_SET)
    highs.setOptionValue("iis_time_limit", seconds)
    _, found = highs.getIis()
    rows = [_row(programme, int(proof[row])) for row in sorted(found.row_index_)]
    sides = dict(zip(found.col_index_, found.col_bound_, strict=True))
    return rows + [entry for column, side in sorted(sides.items()) for entry in _column(programme.layout, arrays, column, side)]


def _row(programme: Programme, row: int) -> Entry:
    return {"family": programme.families[row], "item": programme.items[row], "period": programme.periods[row]}


def _column(layout: Layout, arrays: Arrays, column: int, side: int) -> Iterator[Entry]:
    """Name the bound of a variable: a lever's minimum or maximum, a stock that cannot be negative; gaps speak through their cover row."""
    low = side in {int(highspy.IisBoundStatus.kIisBoundStatusLower), int(highspy.IisBoundStatus.kIisBoundStatusBoxed)}
    high = side in {int(highspy.IisBoundStatus.kIisBoundStatusUpper), int(highspy.IisBoundStatus.kIisBoundStatusBoxed)}
    if column < layout.x.size:
        lever, period = np.unravel_index(column, layout.x.shape)
        place = {"item": str(arrays.levers[lever]), "period": int(period) + 1}
        if low and arrays.terms.minimum[lever, period] > 0:
            yield {"family": "minimum", **place}
        if high:
            yield {"family": "maximum", **place}
    elif column < layout.x.size + layout.stock.size and low:
        stock, period = np.unravel_index(column - layout.x.size, layout.stock.shape)
        yield {"family": "stock", "item": str(arrays.stocks[stock]), "period": int(period) + 1}


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


@dataclass(frozen=True)
class Elastic:
    """Hold the programme in which limits, levers' bounds, inflows, hard needs and caps may change at a price; balance is never given up.

    A change costs its size relative to max(1, the number changed), so that pounds and people weigh alike.
    """

    highs: highspy.Highs
    kinds: list[Slack]
    rows: int
    whole: Ints

    @classmethod
    def of(cls, programme: Programme, arrays: Arrays, seconds: float) -> Elastic:
        """Write it, and solve it without whole numbers."""
        highs = directly(programme, np.zeros(programme.layout.size))
        highs.setOptionValue("time_limit", seconds)
        rows = highs.getNumRow()
        kinds = [*_row_slacks(programme, arrays), *_bound_slacks(programme, arrays, highs)]
        for kind in kinds:
            _add_columns(highs, kind)
        highs.run()
        return cls(highs, kinds, rows, programme.layout.x[arrays.terms.whole])

    @property
    def solved(self) -> bool:
        """Say whether there is any relaxation at all."""
        return bool(self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def proof(self) -> Ints:
        """Return the rows whose duals prove that there is no plan, all rows where there is no such proof."""
        price = np.array(self.highs.getSolution().row_dual)[: self.rows]
        return np.flatnonzero(np.abs(price) > NOTHING) if self.solved else np.arange(self.rows)

    def changes(self) -> list[Entry]:
        """Return the cheapest changes, with whole numbers kept whole."""
        if self.whole.size:
            places = self.whole.astype(np.int32)
            self.highs.changeColsIntegrality(places.size, places, np.full(places.size, highspy.HighsVarType.kInteger))
            self.highs.run()
        if not self.solved:
            return []
        sizes = [len(kind.items) for kind in self.kinds]
        given = np.array(self.highs.getSolution().col_value)
        parts = np.split(given[given.size - sum(sizes) :], np.cumsum(sizes)[:-1])
        return [entry for kind, amounts in zip(self.kinds, parts, strict=True) for entry in _changes(kind, amounts)]


def _changes(kind: Slack, given: Floats) -> Iterator[Entry]:
    for place in np.flatnonzero(given > NOTHING * np.maximum(1.0, np.abs(kind.number))).tolist():
        change = round(float(kind.sign[place] * given[place]), 9)
        yield {"family": kind.family, "item": kind.items[place], "period": int(kind.periods[place]) + 1, "change": change}


def _add_columns(highs: highspy.Highs, kind: Slack) -> None:
    count = len(kind.items)
    costs, zeros = 1.0 / np.maximum(1.0, np.abs(kind.number)), np.zeros(count)
    starts = np.arange(count, dtype=np.int32)
    endless = np.full(count, highspy.kHighsInf)
    highs.addCols(count, costs, zeros, endless, count, starts, kind.rows.astype(np.int32), kind.coefficient)


def _row_slacks(programme: Programme, arrays: Arrays) -> Iterator[Slack]:
    """Let limits rise (or fall), inflows that the tables give change, and hard needs fall, by a term in their own row."""
    balance = programme.layout.stock.size
    limits, first = arrays.limits, balance + len(arrays.needs.stock)
    names = arrays.limit_names[limits.limit]
    for loosened, sign in (((AT_MOST, EXACTLY), 1.0), ((AT_LEAST, EXACTLY), -1.0)):
        chosen = np.flatnonzero(np.isin(limits.sense, loosened))
        ones = np.full(chosen.size, sign)
        yield Slack("limit", names[chosen].tolist(), limits.period[chosen], first + chosen, -ones, ones, limits.amount[chosen])
    stock, period = np.nonzero(arrays.inflow_given)
    for sign in (1.0, -1.0):
        ones = np.full(stock.size, sign)
        rows = stock * arrays.periods + period
        yield Slack("inflow", arrays.stocks[stock].tolist(), period, rows, -ones, ones, arrays.inflow[stock, period])
    needs, hard = arrays.needs, np.flatnonzero(arrays.needs.hard)
    ones = np.ones(hard.size)
    yield Slack(
        "required", arrays.stocks[needs.stock[hard]].tolist(), needs.period[hard], balance + hard, ones, -ones, needs.required[hard]
    )


def _bound_slacks(programme: Programme, arrays: Arrays, highs: highspy.Highs) -> Iterator[Slack]:
    """Let levers pass their minimum and maximum, and surplus its cap: the bounds become rows, which give way like limits.

    A term in the cover row will not do for a cap: what it takes up is not surplus, and limits that count surplus would miss it.
    """
    terms, needs, layout = arrays.terms, arrays.needs, programme.layout
    for family, bounds, chosen in (
        ("minimum", terms.minimum, terms.minimum > 0),
        ("maximum", terms.maximum, np.isfinite(terms.maximum)),
    ):
        lever, period = np.nonzero(chosen)
        number, columns = bounds[lever, period], layout.x[lever, period]
        yield _as_rows(highs, family, arrays.levers[lever].tolist(), period, columns, number)
    capped = np.flatnonzero(np.isfinite(needs.surplus_cap))
    items = arrays.stocks[needs.stock[capped]].tolist()
    yield _as_rows(highs, "surplus_cap", items, needs.period[capped], layout.surplus[capped], needs.surplus_cap[capped])
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
