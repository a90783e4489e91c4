"""Why there is no plan: what conflicts, and the cheapest change that makes a plan possible; in ids and attributes of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

import highspy
import numpy as np
import pandas as pd

from optimiser.arrays import Arrays
from optimiser.cells import figure
from optimiser.conflict import LOWER, ROW, UPPER, WHOLE, Clock, Members, OutOfTimeError, smallest
from optimiser.contract import SENSES
from optimiser.doing_nothing import faults_of
from optimiser.errors import PlanError
from optimiser.form import Form
from optimiser.formulation import Layout, Programme, bounds
from optimiser.relaxation import NOTHING, Change, Elastic
from optimiser.tables import PlanningTables
from optimiser.watch import Watch

PATIENCE = 30.0  # seconds for the whole search at most: a person waits for it
SEARCHED = 0.9  # of the time given: what is found has to be told before the time is over
SHARE = 0.5  # of the time, for the changes where numbers must be whole: the conflict is looked for after them
SHOWN = 20  # clauses of a sentence; the entries have all
LEVERS = {"minimum", "maximum", "whole"}  # families whose items are levers; those of limit are limits, those of all others stocks

Entry = dict[str, object]
Kept = tuple[str, str, int, str]  # family, item, period and words of a part of the conflict


def why_infeasible(
    programme: Programme,
    arrays: Arrays,
    seconds: float = PATIENCE,
    watch: Watch | None = None,
    tables: PlanningTables | None = None,
) -> PlanError:
    """Find the smallest conflicting set and the cheapest relaxation of an infeasible programme, each entry with its family, item and period.

    It takes `seconds` at most, and stops where the watch halts; what was not found in time is left out, and the message says so. Where
    `tables` have attributes, those of an entry's stock, lever or limit stand in it as `attributes`, and in the message.
    """
    lower, upper, _ = bounds(arrays, programme.layout)  # as the tables give them: that they must be whole is a reason of its own
    programme = replace(programme, lower=lower, upper=upper)
    search = Search(programme, arrays, Clock.of(SEARCHED * min(seconds, PATIENCE), watch), Names.of(tables))
    try:
        search.relax()
        search.clash()
    except OutOfTimeError:
        search.mend.append("There was no time to find out more.")
    lines = ["No plan keeps all the rows.", *search.why, *search.mend, *faults_of(programme, arrays)]
    return PlanError("infeasible", "\n".join(lines), search.conflict, search.relaxation)


def why_unbounded(highs: highspy.Highs, form: Form, arrays: Arrays, stage: str) -> PlanError:
    """Name the levers, or else the needs, that could grow without end and make a stage ever better."""
    layout = form.programme.layout
    for option, value in (("presolve", "off"), ("solver", "simplex")):  # presolve sees that there is no end, but not which way
        highs.setOptionValue(option, value)
    highs.clearSolver()
    highs.run()
    _, there, ray = highs.getPrimalRay()  # type: ignore[attr-defined]  # there, though not in its stubs
    message = f"Stage {stage} can be made better without end."
    if there:
        growing = form.of_columns(np.abs(np.array(ray)) > NOTHING)
        levers = sorted({str(arrays.levers[lever]) for lever, _ in np.argwhere(growing[layout.x])})
        needs = sorted({str(arrays.stocks[stock]) for stock in arrays.needs.stock[growing[layout.shortfall]]})
        if levers:
            message += f" Growing without a limit: {', '.join(levers)}. Give them a maximum, a limit, or a price that is not negative."
        elif needs:
            message += (
                f" Shortfall and surplus grow together: {', '.join(needs)}. Give them weights and costs that are not negative, or a cap."
            )
    return PlanError("unbounded", message)


@dataclass(frozen=True)
class Names:
    """Know the attributes of stocks, levers and limits: by kind, by id, those that are not blank."""

    attributes: Mapping[str, Mapping[str, Mapping[str, str]]]

    @classmethod
    def of(cls, tables: PlanningTables | None) -> Names:
        """Read them."""
        if tables is None or not tables.problem.attributes:
            return cls({})
        return cls({kind: _filled(tables.attributes_of(kind)) for kind in ("stock", "lever", "limit")})

    def entry(self, family: str, item: str, period: int) -> Entry:
        """Write one entry."""
        known = self.attributes.get(_kind(family), {}).get(item)
        return {"family": family, "item": item, "period": period} | ({"attributes": dict(known)} if known else {})

    def named(self, family: str, item: str) -> str:
        """Write an item for a sentence."""
        known = self.attributes.get(_kind(family), {}).get(item, {})
        return f"'{item}'" + (f" ({', '.join(f'{name} {value}' for name, value in known.items())})" if known else "")


def _kind(family: str) -> str:
    return "limit" if family == "limit" else "lever" if family in LEVERS else "stock"


def _filled(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    rows = zip(frame.index, frame.to_dict("records"), strict=True)
    return {str(item): {str(name): str(value) for name, value in row.items() if not pd.isna(value)} for item, row in rows}


@dataclass
class Search:
    """Look for the changes and for the conflict, and put both into words as far as the time allows."""

    programme: Programme
    arrays: Arrays
    clock: Clock
    names: Names
    proof: Members = field(init=False)
    conflict: list[Entry] = field(default_factory=list)
    relaxation: list[Entry] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    mend: list[str] = field(default_factory=list)

    def relax(self) -> None:
        """Find the cheapest changes, or what stands in their way; their prices prove where to look for the conflict."""
        elastic = Elastic.of(self.programme, self.arrays, self.clock)
        possible = elastic.first(self.clock)
        if not possible:
            self._beyond(elastic)
            self.proof = elastic.proof(self.clock)
            return
        if self.programme.whole.any():
            self.proof = elastic.proof(self.clock)
            self._relax_whole(elastic)
        else:
            self._changed("Cheapest change", elastic.changes())  # told even where there is no time for the rest
            self.proof = elastic.proof(self.clock)

    def _relax_whole(self, elastic: Elastic) -> None:
        cheapest = "Cheapest change"
        elastic.keep_whole()
        try:
            possible = elastic.solve(self.clock.part(SHARE))
        except OutOfTimeError:
            possible, cheapest = elastic.has_changes(), "A change, not proven to be the cheapest,"
            if not possible:
                self.mend.append("There was no time to find what change makes a plan in whole numbers possible.")
                return
        if possible:
            self._changed(cheapest, elastic.changes())
        else:
            self._beyond(elastic)

    def _changed(self, cheapest: str, changes: list[Change]) -> None:
        self.relaxation = [self.names.entry(change.family, change.item, change.period) | {"change": change.change} for change in changes]
        said = _listed(_in_periods((_moved(change, self.names), change.period) for change in changes))
        nothing = "The rows miss each other by no more than the solver's tolerance of 1e-7 of a number: none has to change by more."
        self.mend.append(f"{cheapest} that makes a plan possible: {said}." if changes else nothing)

    def _beyond(self, elastic: Elastic) -> None:
        """Say what no change of numbers that may change can mend."""
        elastic.give_balance(self.arrays)
        elastic.solve(self.clock)
        lacking = _in_periods((_lacking(change, self.names), change.period) for change in elastic.changes())
        self.mend.append(
            "No change of limits, levers' bounds, inflows that the tables give, hard requirements or caps makes a plan possible. What openings,"
            f" transitions, history and effects come to is to be corrected: {_listed(lacking)}."
        )

    def clash(self) -> None:
        """Find the smallest conflicting set."""
        members = smallest(self.programme, self.proof, self.clock)
        if members is None:
            self.why.append("What conflicts cannot be told from rounding.")
            return
        kept = [*self._rows(members), *self._bounds(members)]
        self.conflict = [self.names.entry(family, item, period) for family, item, period, _ in kept]
        whole = members.places(WHOLE).size
        because = " because whole numbers are asked for (without them there is a plan)" if whole else ""
        self.why.append(f"In conflict{because}: {_listed(_in_periods((words, period) for *_, period, words in kept))}.")

    def _rows(self, members: Members) -> Iterator[Kept]:
        programme, arrays = self.programme, self.arrays
        first = programme.layout.stock.size
        bounded = np.isin(programme.layout.shortfall, members.places(UPPER))
        for row in members.places(ROW).tolist():
            family, item, period = programme.families[row], programme.items[row], programme.periods[row]
            name = self.names.named(family, item)
            words = f"the balance of {name}"
            if family == "cover":
                hard = "hard " if bounded[row - first] else ""
                words = f"the {hard}requirement of {figure(arrays.needs.required[row - first])} on {name}"
            elif family == "limit":
                limit = row - first - len(arrays.needs.stock)
                words = f"limit {name} {SENSES[arrays.limits.sense[limit]]} {figure(arrays.limits.amount[limit])}"
            yield family, item, period, words

    def _bounds(self, members: Members) -> Iterator[Kept]:
        """Return the bounds of columns; that of a hard need's shortfall speaks through its cover row."""
        programme, arrays = self.programme, self.arrays
        families = {(LOWER, "lever"): "minimum", (UPPER, "lever"): "maximum", (WHOLE, "lever"): "whole", (LOWER, "stock"): "stock"}
        families[UPPER, "surplus"] = "surplus_cap"
        for kind, column in zip(members.kind.tolist(), members.place.tolist(), strict=True):
            stands, item, period = _column(programme.layout, arrays, column) if kind != ROW else ("", "", 0)
            family = families.get((kind, stands))
            if family:
                number = figure((programme.lower if kind == LOWER else programme.upper)[column])
                name = self.names.named(family, item)
                words = {
                    "minimum": f"the minimum of {number} of {name}",
                    "maximum": f"the maximum of {number} of {name}",
                    "whole": f"whole numbers of {name}",
                    "stock": f"{name} not below 0",
                    "surplus_cap": f"the surplus cap of {number} on {name}",
                }
                yield family, item, period, words[family]


def _column(layout: Layout, arrays: Arrays, column: int) -> tuple[str, str, int]:
    """Say what a column is: lever, stock, shortfall or surplus, of which item, in which period (1 to T)."""
    for kind, places, names in (("lever", layout.x, arrays.levers), ("stock", layout.stock, arrays.stocks)):
        if places.size and places[0, 0] <= column <= places[-1, -1]:
            item, period = divmod(column - int(places[0, 0]), arrays.periods)
            return kind, str(names[item]), period + 1
    kind, places = ("surplus", layout.surplus) if column >= layout.surplus[0] else ("shortfall", layout.shortfall)
    need = column - int(places[0])
    return kind, str(arrays.stocks[arrays.needs.stock[need]]), int(arrays.needs.period[need]) + 1


def _moved(change: Change, names: Names) -> str:
    """Say which number to raise or lower, by how much and to what."""
    name = names.named(change.family, change.item)
    of = {
        "limit": f"limit {name}",
        "inflow": f"the inflow of {name}",
        "required": f"the hard requirement on {name}",
        "minimum": f"the minimum of {name}",
        "maximum": f"the maximum of {name}",
        "surplus_cap": f"the surplus cap on {name}",
    }[change.family]
    verb = "raise" if change.change > 0 else "lower"
    return f"{verb} {of} by {figure(abs(change.change))} to {figure(change.number + change.change)}"


def _lacking(change: Change, names: Names) -> str:
    return f"{names.named('stock', change.item)}, {figure(abs(change.change))} too {'little' if change.change > 0 else 'much'}"


def _in_periods(said: Iterable[tuple[str, int]]) -> list[str]:
    """Say once what holds in several periods.

    >>> _in_periods([("a", 1), ("b", 2), ("a", 3), ("a", 2), ("a", 5)])
    ['a in periods 1 to 3 and 5', 'b in period 2']
    """
    periods: dict[str, list[int]] = {}
    for words, period in said:
        periods.setdefault(words, []).append(period)
    return [f"{words} in {_spans(sorted(of))}" for words, of in periods.items()]


def _listed(said: list[str]) -> str:
    return "; ".join(said[:SHOWN]) + (f"; and {len(said) - SHOWN} more" if len(said) > SHOWN else "")


def _spans(periods: list[int]) -> str:
    runs = [[period for _, period in run] for _, run in groupby(enumerate(periods), key=lambda pair: pair[1] - pair[0])]
    spans = [str(run[0]) if len(run) == 1 else f"{run[0]} {'to' if len(run) > 2 else 'and'} {run[-1]}" for run in runs]
    return ("period " if len(periods) == 1 else "periods ") + (", ".join(spans[:-1]) + " and " if len(spans) > 1 else "") + spans[-1]
