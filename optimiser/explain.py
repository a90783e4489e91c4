"""Why this plan: what each limit is worth, what more money would buy, how far each unused lever is from being used; as data and in words.

A price is a change of a stage's value, in that stage's weighted unit over all periods, by one more on the right of one row: never so
many of one skill. What more money buys is the difference between two solved plans.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.arrays import Flags
from optimiser.binding import PRICES, STOPS, binding, frame_of, stops_of
from optimiser.cells import csv_text
from optimiser.errors import Fault, PlanError, TablesError
from optimiser.files import write_together
from optimiser.frontier import Point
from optimiser.idle import FORCED, NO_ROOM, WHOLE, entering, far, idle_rows
from optimiser.money import in_pounds, money_limits, money_stocks
from optimiser.plan import TOLERANCE, Plan, frames_of
from optimiser.resolve import KIND_OF, Answer, Change, Direction, Resolver
from optimiser.session import ZERO
from optimiser.spread import sums
from optimiser.tables import PlanningTables
from optimiser.wording import Words

TRIED, PERIODS_TRIED = 4, 12  # times as many unused levers as are wanted, where many have no room; and of each so many periods
STEPS = (10_000.0, 50_000.0, 100_000.0)
SHOWN = 25  # rows worked out by re-solves, of each kind; a trust's takes a quarter of a second
LITTLE = 0.01  # of the smallest step: over it the first slope is taken
FALLEN = 0.9  # "holds to" is where the slope has fallen by a tenth
REACH = 10.0  # times the largest step: how far "holds to" is looked for
NEAR, PART = 100.0, 0.01  # "holds to" is found to £100, at least to a hundredth of itself or of all that is looked at
MONEY_SHARE, PRICES_SHARE = 0.5, 0.7  # of the time that is left; unused levers, of which less depends, get the rest
SURE = 1e-9  # relative: values of two solves that differ by less are the same, found from bases that differ

IDLE = ("lever", "period", "stage", "reduced", "price", "enters_below", "found")
MONEY = ("step", "stage", "before", "after", "change")
HOLDS = ("item", "family", "slope", "holds_to", "looked_to")


@dataclass(frozen=True, eq=False)
class Explanation:
    """Hold why a plan is as it is.

    prices   a row for every limit, requirement, inflow and bound of a lever that binds: `price` is the dual; `left` and `right` the
             change of the stage's value for each unit of `step` fewer and `step` more (blank: no plan); `holds_from` and `holds_to` the
             amounts between which the price does not change, where known. `found`: `range`, one price over both steps; `re-solved`;
             `dual only`, not looked into. A later stage's price stands only where the earlier stages do not change: no
             other is given, unless it is `dual only`
    money    what each step more of `item` makes of every stage
    bought   the same for the shortfall, by period and attributes, where it changes
    holds    the first slope of the first stage, and the extra amount where it has fallen by a tenth; blank where it never does
    stops    what binds there, or is met there, and is not in the plan; the most important first
    idle     for every lever used in no period, and each period in which it may be used: `reduced`, what one unit would add to the first
             stage that it changes; its `price`; the price below which it would be used. Where `found` is not `range`, it stays out at
             least at that price. Blank: price alone does not bring it in. `no room`: no plan uses it in that period
    """

    prices: pd.DataFrame
    money: pd.DataFrame
    bought: pd.DataFrame
    holds: pd.DataFrame
    stops: pd.DataFrame
    idle: pd.DataFrame
    sentences: tuple[str, ...]
    whole_fixed: bool
    out_of_time: bool

    def write(self, folder: Path) -> None:
        """Write the frames as CSV and the sentences as text and JSON; all files or none."""
        frames = ("prices", "money", "bought", "holds", "stops", "idle")
        files: dict[str, bytes | pd.DataFrame] = {f"{name}.csv": csv_text(getattr(self, name)).encode() for name in frames}
        said = {"whole_fixed": self.whole_fixed, "out_of_time": self.out_of_time, "sentences": self.sentences}
        files["explanation.json"] = (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()
        files["explanation.txt"] = ("\n".join(self.sentences) + "\n").encode()
        write_together(Path(folder), files)


def explain(
    source: Plan | Resolver | PlanningTables,
    *,
    most: int = SHOWN,
    steps: Sequence[float] = STEPS,
    money: str | None = None,
    period: int | None = None,
    by: Sequence[str] | None = None,
    seconds: float | None = None,
) -> Explanation:
    """Say why a plan is as it is; tables are solved first.

    `most` rows of prices and of idle levers are worked out by re-solves and said in sentences, the most important first. `money` is the
    item of which `steps` more are tried: a stock with an inflow, or a limit; by default the stock whose inflows are worth most, of those
    that pay the prices of levers if any is worth something. The extra amount comes in `period`, or by default over all periods in the
    proportions of the tables, as a larger budget would. `by` names the columns by which the shortfall is told apart: attributes, or
    `stock`; by default every attribute. After `seconds`, of which money gets the first half, the rest is left as the duals have it. Raises
    TablesError for an unknown item or column and for a step not above 0, PlanError where the tables have no plan.
    """
    if isinstance(source, PlanningTables):
        source = Resolver.of(source)
    resolver = source if isinstance(source, Resolver) else Resolver.keeping(source)
    faults = _faults(resolver.plan.tables, by, steps)
    if faults:
        raise TablesError(faults)
    work = Work(resolver, seconds)
    direction = work.direction(money, period)
    work.allow(MONEY_SHARE)
    more, holds, stops = work.bought(direction, steps)
    work.allow(PRICES_SHARE)
    prices = work.priced(most)
    work.allow(1.0)
    idle = work.idle(most, direction)
    bought = _bought(resolver, more, _keys(resolver.plan.tables, by))
    words = Words(resolver.plan.tables, direction, in_pounds(resolver.arrays))
    frame = _money_frame(resolver, more)
    sentences = [
        *words.beginning(whole=resolver.whole_fixed, prices=prices),
        *words.of_prices(prices, most),
        *words.of_money(more, bought, holds, stops, resolver.base),
        *words.of_idle(idle, most),
        *words.ending(out_of_time=work.out_of_time),
    ]
    return Explanation(
        prices=_attributed(prices, resolver.plan.tables, prices["family"].map(KIND_OF), "item"),
        money=frame,
        bought=bought,
        holds=holds,
        stops=_attributed(stops, resolver.plan.tables, stops["family"].map(KIND_OF), "item"),
        idle=_attributed(idle, resolver.plan.tables, pd.Series("lever", index=idle.index), "lever"),
        sentences=tuple(sentences),
        whole_fixed=resolver.whole_fixed,
        out_of_time=work.out_of_time,
    )


@dataclass
class Work:
    """Do what an explanation asks of a resolver, as long as there is time."""

    resolver: Resolver
    seconds: float | None
    started: float = field(default_factory=time.perf_counter)
    until: float = math.inf
    out_of_time: bool = False

    def allow(self, share: float) -> None:
        """Let what comes next take this share of the time that is left."""
        if self.seconds is not None:
            now = time.perf_counter()
            self.until = now + share * max(0.0, self.started + self.seconds - now)

    @property
    def over(self) -> bool:
        """Say whether the time for this is over."""
        self.out_of_time = self.out_of_time or time.perf_counter() >= self.until
        return time.perf_counter() >= self.until

    def try_at(self, changes: Sequence[Change], *, start: Answer | None = None, stages: int | None = None) -> Answer | None:
        """Solve again; None where that leaves no plan, or there is no time, which is remembered."""
        if self.over:
            return None
        left = None if self.seconds is None else self.until - time.perf_counter()
        try:
            return self.resolver.at(changes, start=start, stages=stages, seconds=left)
        except PlanError as error:
            if error.status not in {"infeasible", "stopped"}:
                raise
            self.out_of_time = self.out_of_time or error.status == "stopped"
            return None

    def priced(self, most: int) -> pd.DataFrame:
        """Return what binds with its prices, the most important first."""
        frame = binding(self.resolver)
        rows = [self._sloped(row) if place < most and not self.over else row for place, row in enumerate(_records(frame))]
        kept = [row for row in rows if row["stage"] or row["found"] == "dual only"]
        return frame_of(kept, PRICES)

    def _sloped(self, row: dict[str, object]) -> dict[str, object]:
        """Find out what one step more and one step fewer do."""
        if row["found"] == "range":
            return row
        change = Change(str(row["family"]), str(row["item"]), int(str(row["period"])), float(str(row["step"])))
        names = list(self.resolver.base.worth)
        depths = [names.index(str(row["stage"])) + 1] if float(str(row["price"])) else []
        for depth in dict.fromkeys([*depths, len(names)]):  # later stages are solved only where those before do not change
            found = self._differences(row, change, depth)
            if found is None or found["stage"]:
                break
        return row if found is None else row | found

    def _differences(self, row: dict[str, object], change: Change, depth: int) -> dict[str, object] | None:
        """Return the slopes of the first stage that a step changes, among so many; None where time runs out."""
        sides = [
            self.try_at([replace(change, by=sign * change.by)], stages=depth) if self._allows(change, sign) else None for sign in (-1, 1)
        ]
        if self.over:
            return None
        base = self.resolver.base
        for name in list(base.worth)[:depth]:
            value = base.worth[name]
            changes = [math.nan if side is None else side.worth[name] - value for side in sides]
            if any(abs(change) > SURE * max(1.0, abs(value)) for change in changes if not math.isnan(change)):
                left, right = (sign * found / change.by for sign, found in zip((-1, 1), changes, strict=True))
                price = self.resolver.slope(base, [replace(change, by=1.0)], name)
                return {"stage": name, "price": price, "left": left, "right": right, "found": "re-solved"}
        left, right = (math.nan if side is None else 0.0 for side in sides)  # no stage changes: what is left to say is where no plan is
        stage = str(row["stage"]) if None in sides else ""
        return {"stage": stage, "price": 0.0, "left": left, "right": right, "found": "re-solved"}

    def _allows(self, change: Change, sign: int) -> bool:
        """Say whether the tables could hold the number so changed: neither bound of a lever below 0, nor one past the other."""
        if change.family not in {"minimum", "maximum"}:
            return True
        (column,) = self.resolver.where(change)[1]
        lower, upper = self.resolver.programme.lower[column], self.resolver.programme.upper[column]
        more = sign * change.by
        return bool(lower <= upper + more if change.family == "maximum" else 0 <= lower + more <= upper)

    def direction(self, item: str | None, period: int | None) -> Direction | None:
        """Return one unit more of the money, None where nothing that flows in is worth anything."""
        item = item if item is not None else _money_of(self.resolver)
        return None if item is None else self.resolver.direction(item, period=period)

    def bought(self, direction: Direction | None, steps: Sequence[float]) -> tuple[dict[float, Answer], pd.DataFrame, pd.DataFrame]:
        """Solve with each step more; find out to where the first of it holds, and what stops it there."""
        more: dict[float, Answer] = {}
        if direction is None or not steps:
            return more, frame_of([], HOLDS), frame_of([], STOPS)
        near = self.resolver.base
        for step in sorted(steps):
            answer = self.try_at(direction.by(step), start=near)
            if answer is not None:
                more[step] = near = answer
        holds, stops = self._holds(direction, more, max(steps), min(steps))
        return more, holds, stops

    def _holds(self, direction: Direction, more: dict[float, Answer], largest: float, smallest: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Find the first slope, to where it holds, and what stops it there."""
        base, change, first = self.resolver.base, direction.changes[0], LITTLE * smallest
        stage = self.resolver.objectives[0][0]
        little = self.try_at(direction.by(first), stages=1)
        slope = math.nan if little is None else (little.worth[stage] - base.worth[stage]) / first
        row = {"item": change.item, "family": change.family, "slope": slope, "holds_to": math.nan, "looked_to": 0.0}
        stops = frame_of([], STOPS)
        if little is not None and -slope * smallest > TOLERANCE * max(1.0, abs(base.worth[stage])):
            solved = {0.0: base, first: little} | more
            known = [Point.of(self.resolver, direction, amount, answer) for amount, answer in solved.items()]
            low, high = self._bracket(direction, known, REACH * largest, FALLEN * slope)
            row["looked_to"] = (high or low).amount
            if high is not None:
                row["holds_to"] = min(max(low.meet(high), low.amount), high.amount)  # the bend itself where it is the only one between
                stops = stops_of(self.resolver, high.answer)
        return frame_of([row], HOLDS), stops

    def _bracket(self, direction: Direction, known: list[Point], reach: float, wanted: float) -> tuple[Point, Point | None]:
        """Return the last point where the slope is as steep as wanted and the first, close by, where it is not: None: nowhere within reach.

        The slope never steepens as money is added: it doubles its steps, then halves them.
        """
        flat = next((place for place, point in enumerate(known) if place and point.slope > wanted), len(known))
        low, high = known[flat - 1], known[flat] if flat < len(known) else None
        while high is None or high.amount - low.amount > max(min(NEAR, PART * reach), PART * high.amount):
            if high is None and low.amount >= reach:
                break
            amount = min(reach, 2 * low.amount) if high is None else (low.amount + high.amount) / 2
            answer = self.try_at(direction.by(amount), start=low.answer, stages=1)
            if answer is None:
                break
            point = Point.of(self.resolver, direction, amount, answer)
            low, high = (point, high) if point.slope <= wanted else (low, point)
        return low, high

    def idle(self, most: int, direction: Direction | None) -> pd.DataFrame:
        """Return what keeps each unused lever out, the nearest to being used first, those for which there is no room last."""
        held = money_stocks(self.resolver.arrays)
        if direction is not None and direction.changes[0].family == "inflow":
            held[self.resolver.places["stock"][direction.changes[0].item]] = True
        nearest = partial(far, stages=list(self.resolver.base.worth))
        rows = sorted(idle_rows(self.resolver, held), key=nearest)
        by_lever: dict[str, list[dict[str, object]]] = {}
        for row in rows:
            by_lever.setdefault(str(row["lever"]), []).append(row)
        with_room = 0
        for own in list(by_lever.values())[: TRIED * most]:
            if with_room == most:
                break
            for _ in range(PERIODS_TRIED):  # the nearest period first; what is found out is never nearer than its dual said
                if own[0]["found"] != "dual only" or self.over:
                    break
                own[0] = self._forced(own[0], held)
                own.sort(key=nearest)
            with_room += own[0]["found"] not in {NO_ROOM, WHOLE}
        found = sorted((row for own in by_lever.values() for row in own), key=nearest)
        return frame_of(found, IDLE)

    def _forced(self, row: dict[str, object], held: Flags) -> dict[str, object]:
        """Make an unused lever be used a little: at a corner its reduced cost is not the only one, and there may be no room for it."""
        resolver = self.resolver
        lever, period = resolver.places["lever"][str(row["lever"])], int(str(row["period"])) - 1
        part = FORCED * min(1.0, float(resolver.arrays.terms.maximum[lever, period]))
        answer = self.try_at([Change("minimum", str(row["lever"]), period + 1, part)], stages=len(resolver.objectives))
        if answer is not None:
            return row | entering(resolver, answer, lever, period, held) | {"found": "re-solved"}
        return row if self.over else row | {"reduced": math.nan, "enters_below": math.nan, "found": NO_ROOM}


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _money_of(resolver: Resolver) -> str | None:
    """Return the money that is worth most to the first stage: a stock with its inflows, or a limit; None where none is worth anything."""
    arrays, price = resolver.arrays, resolver.base.prices[resolver.objectives[0][0]]
    flowing = np.where(arrays.inflow_given, arrays.inflow, 0.0) * price[: arrays.inflow.size].reshape(arrays.inflow.shape)
    limits = arrays.limits
    limited = sums(limits.limit, limits.amount * price[price.size - limits.limit.size :], len(arrays.limit_names))
    worth = np.concatenate([-np.where(money_stocks(arrays), flowing.sum(axis=1), 0.0), -np.where(money_limits(arrays), limited, 0.0)])
    names = [*arrays.stocks, *arrays.limit_names]
    return str(names[int(worth.argmax())]) if worth.max(initial=0.0) > ZERO else None


def _money_frame(resolver: Resolver, more: dict[float, Answer]) -> pd.DataFrame:
    before = resolver.base.worth
    rows: list[dict[str, object]] = [
        {"step": step, "stage": name, "before": before[name], "after": value, "change": value - before[name]}
        for step, answer in more.items()
        for name, value in answer.worth.items()
    ]
    return frame_of(rows, MONEY)


def _keys(tables: PlanningTables, by: Sequence[str] | None) -> list[str]:
    """Return the columns by which the shortfall is told apart."""
    return list(by) if by is not None else list(tables.problem.attributes) or ["stock"]


def _faults(tables: PlanningTables, by: Sequence[str] | None, steps: Sequence[float]) -> list[Fault]:
    """List what is wrong with what is asked."""
    known = [*tables.problem.attributes, "stock"]
    faults = [Fault("Unknown column", "by", found=repr(name), allowed=", ".join(known)) for name in by or () if name not in known]
    again = [name for place, name in enumerate(by or ()) if name in list(by or ())[:place]]
    faults += [Fault("Column twice there", "by", found=repr(name), action="Name it once.") for name in again]
    wrong = [step for step in steps if not (math.isfinite(step) and step > 0)]
    return faults + [Fault("Not a step", "steps", found=repr(step), allowed="finite amounts above 0") for step in wrong]


def _bought(resolver: Resolver, more: dict[float, Answer], by: list[str]) -> pd.DataFrame:
    """Return how the shortfall changes with each step, by period and attributes: sums over stocks, unweighted."""
    tables = resolver.plan.tables
    keys, columns = [*by, "period"], ["step", *by, "period", "before", "after", "change"]
    before = _shortfall(tables, resolver.base, keys)
    parts = []
    for step, answer in more.items():
        after = _shortfall(tables, answer, keys)
        joined = pd.DataFrame({"before": before, "after": after}).assign(step=step, change=after - before).reset_index()
        moved = joined["change"].abs() > TOLERANCE * np.maximum(1.0, joined["before"].abs())
        parts.append(joined.loc[moved, columns])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _shortfall(tables: PlanningTables, answer: Answer, keys: list[str]) -> pd.Series:
    coverage = frames_of(tables, answer.arrays, answer.found)["coverage"]
    found: pd.Series = coverage.groupby(keys, sort=True, dropna=False)["shortfall"].sum()
    return found


def _attributed(frame: pd.DataFrame, tables: PlanningTables, kinds: pd.Series, key: str) -> pd.DataFrame:
    """Add the attributes of each row's item, which is of the kind given."""
    if not tables.problem.attributes:
        return frame
    parts = [frame[kinds == kind].join(tables.attributes_of(kind).astype("str"), on=key) for kind in ("limit", "stock", "lever")]
    return pd.concat(parts).sort_index()
