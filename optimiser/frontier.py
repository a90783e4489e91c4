"""What one stage comes to along a range of one limit, inflow or requirement: breakpoints, slopes and the knee."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.cells import csv_text
from optimiser.errors import Fault, PlanError, TablesError
from optimiser.files import write_together
from optimiser.money import in_pounds
from optimiser.plan import Plan
from optimiser.resolve import Answer, Change, Direction, Resolver
from optimiser.tables import PlanningTables
from optimiser.wording import Words, number, pounds

POINTS = 25  # amounts solved at most; on a trust each takes one to four seconds
TOLERANCE = 2e-3  # of the fall from one end of the range to the other: how far the table's straight lines may be above the curve
EXACT = 1e-8  # relative; what differs by less is the same value: a tenth of HiGHS' own tolerance on duals
EDGE = 1e-6  # of the range: how closely the amount is found from which a plan exists
COLUMNS = ("amount", "value", "slope_left", "slope_right", "kind", "bound")


@dataclass(frozen=True, eq=False)
class Frontier:
    """Hold the value of one stage along a range.

    `table` has a row for each amount solved: `value` of the stage; `slope_left` and `slope_right`, the change of the value by one unit,
    blank outside the range; `kind`: `end` of the range, true `breakpoint`, `sample`, or `knee`, the breakpoint or sample furthest from
    the straight line between the ends; `bound`, how far the curve may lie below the straight line to the next row: 0 where it is that
    line. The other columns are what the other stages come to there. `feasible` is the part of the range that has a plan.
    """

    table: pd.DataFrame
    stage: str
    asked: tuple[float, float]
    feasible: tuple[float, float] | None
    whole_fixed: bool
    complete: bool
    sentences: tuple[str, ...]

    @property
    def knee(self) -> float | None:
        """Return the amount after which more brings least more, None where the curve is straight."""
        rows = self.table.loc[self.table["kind"] == "knee", "amount"]
        return None if rows.empty else float(rows.iloc[0])

    def at(self, amount: float) -> float:
        """Return the value at an amount, on the straight line between the rows beside it; NaN where no plan exists."""
        low, high = self.feasible or (math.inf, -math.inf)
        if not low <= amount <= high:
            return math.nan
        return float(np.interp(amount, self.table["amount"], self.table["value"]))

    def write(self, folder: Path) -> None:
        """Write `frontier.csv` and `frontier.json`, or neither."""
        said = {
            "stage": self.stage,
            "asked": self.asked,
            "feasible": self.feasible,
            "whole_fixed": self.whole_fixed,
            "complete": self.complete,
            "knee": self.knee,
            "sentences": self.sentences,
        }
        files: dict[str, bytes | pd.DataFrame] = {"frontier.csv": csv_text(self.table).encode()}
        files["frontier.json"] = (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()
        write_together(Path(folder), files)


def frontier(
    source: Plan | Resolver | PlanningTables,
    change: str | Sequence[Change],
    low: float,
    high: float,
    *,
    family: str | None = None,
    period: int | None = None,
    points: int = POINTS,
    tolerance: float = TOLERANCE,
    money: bool | None = None,
    all_stages: bool = True,
) -> Frontier:
    """Follow the value of the first stage from one amount to another, both in all, solving again from the last basis.

    `change` is an item, a stock with an inflow or a requirement, or a limit: its amount over all periods, shared as the tables share it,
    or in one `period`. Or it is changes that are made together: the amount then counts how many times they are made. Amounts are said in
    pounds where `money`, by default where the item is money. At most `points` are used; with enough of them, and a `tolerance` of 0, every
    breakpoint is found exactly. `all_stages` adds what the others come to. The value is convex along any straight change of right-hand
    sides, so that duals give tangents below it: where two tangents meet on the curve it has a breakpoint, else it is solved there (the
    sandwich algorithm of Burkard, Hamacher and Rote, 1991). Raises TablesError, PlanError where the tables have no plan as they stand.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise TablesError([Fault("Not a range", "the amounts", found=f"{low!r} to {high!r}", allowed="two numbers, the lower first")])
    if not change:
        raise TablesError([Fault("Nothing to change", "the changes", allowed="one change at least")])
    if isinstance(source, PlanningTables):
        source = Resolver.of(source)
    resolver = source if isinstance(source, Resolver) else Resolver.keeping(source)
    direction = resolver.direction(change, family, period) if isinstance(change, str) else Direction(tuple(change), 0.0)
    first = direction.changes[0]
    pounds_meant = (first.family, first.item) in in_pounds(resolver.arrays) if money is None else money
    walk = Walk(resolver, direction, len(resolver.objectives) if all_stages else 1)
    ends = walk.ends(low, high)
    if ends:
        complete = walk.refine(ends, points, tolerance)
        feasible = ends[0].amount, ends[-1].amount
    else:
        complete, feasible = True, None
    stage = resolver.objectives[0][0]
    table = _table(walk.found, stage)
    words = _words(Words(resolver.plan.tables), table, stage, (low, high), feasible, money=pounds_meant, whole=resolver.whole_fixed)
    return Frontier(table, stage, (low, high), feasible, resolver.whole_fixed, complete, words)


@dataclass(frozen=True, eq=False)
class Point:
    """Hold one amount solved: the value of the first stage there, and the slope of one tangent from below."""

    amount: float
    value: float
    slope: float
    answer: Answer

    @classmethod
    def of(cls, resolver: Resolver, direction: Direction, amount: float, answer: Answer) -> Point:
        """Read an answer along a direction."""
        stage = resolver.objectives[0][0]
        return cls(amount, answer.worth[stage], resolver.slope(answer, direction.changes, stage), answer)

    def tangent(self, amount: float) -> float:
        """Return how low the curve may be elsewhere."""
        return self.value + self.slope * (amount - self.amount)

    def meet(self, other: Point) -> float:
        """Return where the tangents of two points meet."""
        return (other.tangent(0.0) - self.tangent(0.0)) / (self.slope - other.slope)


@dataclass
class Walk:
    """Solve along a line of right-hand sides."""

    resolver: Resolver
    direction: Direction
    stages: int
    found: list[Point] = field(default_factory=list)

    def solve(self, amount: float, near: Answer | None = None) -> Point | None:
        """Solve at an amount from the basis of a point nearby; None where there is no plan."""
        extra = amount - self.direction.amount
        try:
            answer = self.resolver.at(self.direction.by(extra), start=near, stages=self.stages)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return None
        return Point.of(self.resolver, self.direction, amount, answer)

    def ends(self, low: float, high: float) -> list[Point]:
        """Return the ends of the part of the range that has plans, an interval, with the plan as it stands where that lies between them.

        Where neither end of the range has a plan, no other amount has one unless the tables' own lies in it.
        """
        given = self.direction.amount
        here = [Point.of(self.resolver, self.direction, given, self.resolver.base)] if low < given < high else []
        first, last = self.solve(low), self.solve(high)
        inside = [point for point in (first, *here, last) if point is not None]
        if not inside:
            return []
        first, last = first or self._edge(inside[0], low, high - low), last or self._edge(inside[-1], high, high - low)
        return [first, *(point for point in here if first.amount < point.amount < last.amount), last]

    def _edge(self, inside: Point, outside: float, width: float) -> Point:
        """Halve the way until it is known where plans begin."""
        while abs(outside - inside.amount) > EDGE * width:
            middle = self.solve((inside.amount + outside) / 2, inside.answer)
            if middle is None:
                outside = (inside.amount + outside) / 2
            else:
                inside = middle
        return inside

    def refine(self, ends: list[Point], points: int, tolerance: float) -> bool:
        """Add points where the curve may still be furthest below straight lines; return whether that is everywhere close enough.

        Each point is solved where the tangents at its neighbours meet: on a curve of n straight pieces 2n - 1 solves find them all.
        """
        self.found = list(ends) if ends[-1].amount > ends[0].amount else ends[:1]
        enough = tolerance * abs(ends[-1].value - ends[0].value)
        while True:
            gaps = [(_gap(first, last), place) for place, (first, last) in enumerate(pairwise(self.found))]
            widest, place = max(gaps, default=(0.0, 0))
            if widest <= enough:
                return True
            if len(self.found) >= points:
                return False
            first, last = self.found[place], self.found[place + 1]
            meet = first.meet(last)
            middle = self.solve(meet, (first if meet - first.amount < last.amount - meet else last).answer)
            if middle is None:  # between two plans there is a plan: only the solver can fail here
                return False
            self.found.insert(place + 1, middle)


def _same(first: float, second: float) -> bool:
    return abs(first - second) <= EXACT * max(1.0, abs(first), abs(second))


def _gap(first: Point, last: Point) -> float:
    """Return how far the curve may lie below the straight line between two points: to where their tangents meet; 0 where it is straight."""
    if _same(first.tangent(last.amount), last.value) or _same(last.tangent(first.amount), first.value):
        return 0.0
    meet = first.meet(last) if first.slope < last.slope else first.amount
    width = last.amount - first.amount
    if not first.amount + EXACT * width < meet < last.amount - EXACT * width:
        return 0.0
    line = first.value + (last.value - first.value) * (meet - first.amount) / width
    low = first.tangent(meet)
    return 0.0 if _same(line, low) else line - low


def _table(found: list[Point], stage: str) -> pd.DataFrame:
    """Write the points as rows: what lies on a straight line between others is left out, unless it is all there is to see."""
    gaps = [_gap(first, last) for first, last in pairwise(found)]
    kept = [place for place in range(len(found)) if not _straight(found, gaps, place)]
    rows = [_row(found, gaps, kept, position) for position in range(len(kept))]
    others = [name for name in found[0].answer.worth if name != stage] if found else []
    table = pd.DataFrame(rows, columns=[*COLUMNS, *others]).astype({"kind": "str"} | dict.fromkeys(others, "float64"))
    knee = _knee(table)
    if knee is not None:
        table.loc[knee, "kind"] = "knee"
    return table


def _straight(found: list[Point], gaps: list[float], place: int) -> bool:
    """Say whether a point lies inside a straight piece."""
    if place in {0, len(found) - 1} or gaps[place - 1] or gaps[place]:
        return False
    before, here, after = found[place - 1 : place + 2]
    line = before.value + (after.value - before.value) * (here.amount - before.amount) / (after.amount - before.amount)
    return _same(line, here.value)


def _row(found: list[Point], gaps: list[float], kept: list[int], position: int) -> dict[str, object]:
    place = kept[position]
    here = found[place]
    left, right = math.nan, math.nan
    if position:
        before = found[kept[position - 1]]
        left = here.slope if gaps[place - 1] else (here.value - before.value) / (here.amount - before.amount)
    if position + 1 < len(kept):
        after = found[kept[position + 1]]
        right = here.slope if gaps[place] else (after.value - here.value) / (after.amount - here.amount)
    exact = 0 < place < len(found) - 1 and not gaps[place - 1] and not gaps[place]
    kind = "end" if place in {0, len(found) - 1} else "breakpoint" if exact else "sample"
    bound = gaps[place] if place + 1 < len(found) else math.nan
    row: dict[str, object] = dict(zip(COLUMNS, (here.amount, here.value, left, right, kind, bound), strict=True))
    return row | {name: value for name, value in here.answer.worth.items() if name not in row}


def _knee(table: pd.DataFrame) -> int | None:
    """Return the row furthest below the straight line between the ends, both axes scaled to their ranges; None where none is.

    The knee of Satopää, Albrecht, Irwin and Raghavan, "Finding a 'Kneedle' in a haystack" (2011), without its smoothing: nothing here is
    noise.
    """
    if len(table) < 3:
        return None
    amount, value = table["amount"].to_numpy(), table["value"].to_numpy()
    line = value[0] + (value[-1] - value[0]) * (amount - amount[0]) / (amount[-1] - amount[0])
    below = line - value
    place = int(below[1:-1].argmax()) + 1
    return None if _same(line[place], value[place]) else place


def _words(
    words: Words,
    table: pd.DataFrame,
    stage: str,
    asked: tuple[float, float],
    feasible: tuple[float, float] | None,
    *,
    money: bool,
    whole: bool,
) -> tuple[str, ...]:
    """Say what the curve shows."""
    written = pounds if money else number

    def amount(found: float) -> str:
        return written(0.0 if abs(found) <= EDGE * (asked[1] - asked[0]) else found)

    said = ["Whole numbers are held at the plan's: other whole numbers might do better."] if whole else []
    if feasible is None:
        return (*said, f"There is no plan anywhere from {amount(asked[0])} to {amount(asked[1])}.")
    low, high = feasible
    said += [f"There is no plan below {amount(low)}."] if low > asked[0] else []
    said += [f"There is no plan above {amount(high)}."] if high < asked[1] else []
    if len(table) < 2:
        return tuple(said)
    first, last = table.iloc[0], table.iloc[-1]
    change = float(last["value"] - first["value"])
    change = 0.0 if _same(float(last["value"]), float(first["value"])) else change
    said.append(f"Going from {amount(low)} to {amount(high)} {words.effect(stage, change)}.")
    for row in table[table["kind"] == "knee"].to_dict("records"):
        at, unit = float(row["amount"]), 10.0 ** math.floor(math.log10((high - low) / 10))
        before, after = (unit * (row["value"] - end["value"]) / (at - end["amount"]) for end in (first, last))
        each = words.effect(stage, float(before)).removeprefix("would "), words.effect(stage, float(after), "it").removeprefix("would ")
        verbs = [text.replace("lower ", "lowers ").replace("raise ", "raises ").replace("leave ", "leaves ") for text in each]
        said.append(
            f"The bend is strongest at {amount(at)}: before it, each further {amount(unit)} {verbs[0]} on average, after it {verbs[1]}."
        )
    return tuple(said)
