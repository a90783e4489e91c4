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
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.arrays import Arrays, Flags
from optimiser.cells import csv_text
from optimiser.errors import Fault, PlanError, TablesError
from optimiser.files import write_together
from optimiser.frontier import Point
from optimiser.plan import TOLERANCE, Plan, frames_of
from optimiser.resolve import KIND_OF, Answer, Change, Direction, Resolver, vector
from optimiser.session import ZERO
from optimiser.spread import Floats, Ints
from optimiser.tables import PlanningTables
from optimiser.wording import Words

NO_ROOM = "no room"
TRIED, PERIODS_TRIED = 4, 12  # times as many unused levers as are wanted, where many have no room; and of each so many periods
STEPS = (10_000.0, 50_000.0, 100_000.0)
SHOWN = 25  # rows worked out by re-solves, of each kind; a trust's takes a quarter of a second
LITTLE = 0.01  # of the smallest step: over it the first slope is taken
FALLEN = 0.9  # "holds to" is where the slope has fallen by a tenth
REACH = 10.0  # times the largest step: how far "holds to" is looked for
NEAR, PART = 100.0, 0.01  # "holds to" is found to £100, at least to a hundredth of itself or of all that is looked at
SURE = 1e-9  # relative: values of two solves that differ by less are the same, found from bases that differ
FORCED = 1e-4  # a unit's part that an unused lever is made to be used, to see what it does

PRICES = ("family", "item", "period", "stage", "amount", "price", "left", "right", "step", "holds_from", "holds_to", "found")
IDLE = ("lever", "period", "stage", "reduced", "price", "enters_below", "found")
MONEY = ("step", "stage", "before", "after", "change")
HOLDS = ("item", "family", "slope", "holds_to", "looked_to")
STOPS = ("family", "item", "period", "event", "weight")


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
    work.allow(0.5)
    more, holds, stops = work.bought(direction, steps)
    work.allow(0.7)
    prices = work.priced(most)
    work.allow(1.0)
    idle = work.idle(most, direction)
    bought = _bought(resolver, more, _keys(resolver.plan.tables, by))
    words = Words(resolver.plan.tables, direction, frozenset(resolver.arrays.stocks[_paying(resolver.arrays)]))
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
        frame = _binding(self.resolver)
        rows = [self._sloped(row) if place < most and not self.over else row for place, row in enumerate(_records(frame))]
        kept = [row for row in rows if row["stage"] or row["found"] == "dual only"]
        return _frame(kept, PRICES, texts=("family", "item", "stage", "found"))

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
            return more, _frame([], HOLDS, texts=("item", "family")), _frame([], STOPS, texts=("family", "item", "event"))
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
        stops = _frame([], STOPS, texts=("family", "item", "event"))
        if little is not None and -slope * smallest > TOLERANCE * max(1.0, abs(base.worth[stage])):
            solved = {0.0: base, first: little} | more
            known = [Point.of(self.resolver, direction, amount, answer) for amount, answer in solved.items()]
            low, high = self._bracket(direction, known, REACH * largest, FALLEN * slope)
            row["looked_to"] = (high or low).amount
            if high is not None:
                row["holds_to"] = min(max(low.meet(high), low.amount), high.amount)  # the bend itself where it is the only one between
                stops = _stops(self.resolver, high.answer)
        return _frame([row], HOLDS, texts=("item", "family")), stops

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
        held = _money_stocks(self.resolver, direction)
        stages = list(self.resolver.base.worth)

        def far(row: dict[str, object]) -> tuple[object, ...]:
            return _far(row, stages)

        rows = sorted(_idle(self.resolver, held), key=far)
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
                own.sort(key=far)
            with_room += own[0]["found"] != NO_ROOM
        found = sorted((row for own in by_lever.values() for row in own), key=far)
        return _frame(found, IDLE, texts=("lever", "stage", "found"))

    def _forced(self, row: dict[str, object], held: Flags) -> dict[str, object]:
        """Make an unused lever be used a little: at a corner its reduced cost is not the only one, and there may be no room for it."""
        resolver = self.resolver
        lever, period = resolver.places["lever"][str(row["lever"])], int(str(row["period"])) - 1
        if resolver.arrays.terms.whole[lever, period]:
            return row
        part = FORCED * min(1.0, float(resolver.arrays.terms.maximum[lever, period]))
        answer = self.try_at([Change("minimum", str(row["lever"]), period + 1, part)], stages=len(resolver.objectives))
        if answer is not None:
            return row | _entering(resolver, answer, lever, period, held) | {"found": "re-solved"}
        return row if self.over else row | {"reduced": math.nan, "enters_below": math.nan, "found": NO_ROOM}


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _frame(rows: list[dict[str, object]], columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    kinds = {name: "str" if name in texts else "int64" if name == "period" else "float64" for name in columns}
    return frame.astype(kinds)


def _binding(resolver: Resolver) -> pd.DataFrame:
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


def _first_price(resolver: Resolver, source: str) -> tuple[Floats, Ints]:
    """Return for each row (`prices`) or column (`reduced`) its dual in the first stage that has one, and which that is."""
    found = [getattr(resolver.base, source)[name] for name, _ in resolver.objectives]
    place = np.zeros(found[0].size, dtype=np.intp)
    value = np.where(np.abs(found[0]) > ZERO, found[0], 0.0)
    for later, duals in enumerate(found[1:], start=1):
        fresh = (value == 0) & (np.abs(duals) > ZERO)
        value, place = np.where(fresh, duals, value), np.where(fresh, later, place)
    return value, place


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


def _values(resolver: Resolver) -> Floats:
    """Return the plan as the values of the variables."""
    return vector(resolver.programme, resolver.base.found)


def _money_of(resolver: Resolver) -> str | None:
    """Return the stock whose inflows are worth most to the first stage: one that pays the prices of levers, if any such is worth anything."""
    arrays = resolver.arrays
    price = resolver.base.prices[resolver.objectives[0][0]][: arrays.inflow.size].reshape(arrays.inflow.shape)
    worth = -(np.where(arrays.inflow_given, arrays.inflow, 0.0) * price).sum(axis=1)
    paying = np.where(_paying(arrays), worth, 0.0)
    worth = paying if paying.max(initial=0.0) > ZERO else worth
    return str(arrays.stocks[int(worth.argmax())]) if worth.max(initial=0.0) > ZERO else None


def _paying(arrays: Arrays) -> Flags:
    """Return which stocks pay the prices of levers: a unit used takes its unit cost from them at once."""
    effects = arrays.effects
    price = arrays.terms.unit_cost[effects.lever, effects.used]
    paid = (price > 0) & (effects.used == effects.arrives) & np.isclose(effects.amount, -price)
    paying = np.zeros(len(arrays.stocks), dtype=bool)
    paying[effects.stock[paid]] = True
    return paying


def _money_frame(resolver: Resolver, more: dict[float, Answer]) -> pd.DataFrame:
    before = resolver.base.worth
    rows: list[dict[str, object]] = [
        {"step": step, "stage": name, "before": before[name], "after": value, "change": value - before[name]}
        for step, answer in more.items()
        for name, value in answer.worth.items()
    ]
    return _frame(rows, MONEY, texts=("stage",))


def _keys(tables: PlanningTables, by: Sequence[str] | None) -> list[str]:
    """Return the columns by which the shortfall is told apart."""
    return list(by) if by is not None else list(tables.problem.attributes) or ["stock"]


def _faults(tables: PlanningTables, by: Sequence[str] | None, steps: Sequence[float]) -> list[Fault]:
    """List what is wrong with what is asked."""
    known = [*tables.problem.attributes, "stock"]
    faults = [Fault("Unknown column", "by", found=repr(name), allowed=", ".join(known)) for name in by or () if name not in known]
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


def _stops(resolver: Resolver, high: Answer) -> pd.DataFrame:
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
    return _frame(found, STOPS, texts=("family", "item", "event"))


def _idle(resolver: Resolver, held: Flags) -> list[dict[str, object]]:
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
        row = {"lever": str(arrays.levers[lever]), "period": period + 1} | _entering(resolver, base, lever, period, held)
        column = resolver.programme.layout.x[lever, period]
        ranged = row["stage"] == first and ranges.at_bound[column] and ranges.high[column] > FORCED
        ranged = ranged and bool(steady[_taken(resolver, lever, period, held)[0]].all())  # else a lower price meets another price of money
        rows.append(row | {"found": "range" if ranged else "dual only"})
    return rows


def _far(row: dict[str, object], stages: list[str]) -> tuple[object, ...]:
    """Say how far an unused lever is from use: first those that only a later stage keeps out, then by the part of their price too much."""
    price, below, reduced = (float(str(row[name])) for name in ("price", "enters_below", "reduced"))
    part = (price - below) / price if price and not math.isnan(below) else math.inf
    return row["found"] == NO_ROOM, -stages.index(str(row["stage"])), part, abs(reduced), row["lever"], row["period"]


def _taken(resolver: Resolver, lever: int, period: int, held: Flags) -> tuple[Ints, Floats]:
    """Return the rows of the money stocks from which one unit of a lever takes, and the amounts, below 0."""
    effects = resolver.arrays.effects
    taken = np.flatnonzero((effects.lever == lever) & (effects.used == period))
    taken = taken[(effects.amount[taken] < 0) & held[effects.stock[taken]]]
    return effects.stock[taken] * resolver.arrays.periods + effects.arrives[taken], effects.amount[taken]


def _entering(resolver: Resolver, answer: Answer, lever: int, period: int, held: Flags) -> dict[str, object]:
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


def _money_stocks(resolver: Resolver, direction: Direction | None) -> Flags:
    """Return which stocks hold money: the item itself, and what levers that only move money (move_weight 0) put it into."""
    arrays = resolver.arrays
    held = np.zeros(len(arrays.stocks), dtype=bool)
    if direction is None or direction.changes[0].family != "inflow":
        return held
    held[resolver.places["stock"][direction.changes[0].item]] = True
    effects, moving = arrays.effects, arrays.move_weight == 0
    count = 0
    while held.sum() > count:
        count = int(held.sum())
        drawing = np.zeros(len(arrays.levers), dtype=bool)
        drawing[effects.lever[held[effects.stock] & (effects.amount < 0)]] = True
        held[effects.stock[(drawing & moving)[effects.lever] & (effects.amount > 0)]] = True
    return held


def _attributed(frame: pd.DataFrame, tables: PlanningTables, kinds: pd.Series, key: str) -> pd.DataFrame:
    """Add the attributes of each row's item, which is of the kind given."""
    if not tables.problem.attributes:
        return frame
    parts = [frame[kinds == kind].join(tables.attributes_of(kind).astype("str"), on=key) for kind in ("limit", "stock", "lever")]
    return pd.concat(parts).sort_index()
