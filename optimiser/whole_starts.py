"""Whole numbers for the first starts of some levers: found from the linear plan and a few solves again, with what they cost against it.

A mixed-integer solve of the same took 30 seconds at a trust of 24,000 columns; this takes one. It promises no best plan, but says how far the
plan it finds is from the linear one, which no plan in whole numbers can beat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from optimiser.contract import GOAL_PREFIX, TABLES
from optimiser.errors import PlanError
from optimiser.resolve import Answer, Change, Held, Resolver
from optimiser.spread import Floats
from optimiser.tables import PlanningTables

ROUNDS = 4  # of making starts smaller or later where they do not fit; on invented trusts one or two were enough
SOLVES = 6  # at most, to see whether more starts fit; no clock, so that the same tables give the same plan on every machine
NEARLY = 1e-6  # of a start: what the solver's tolerance may lack of a whole number
DIGITS = 6  # of a start that is smaller than one
FAR = 10.0  # times what the linear plan leaves: starts with which more would be left do not fit; to prove so outright once took minutes
WORTH_TRYING = 0.3  # of a start, that is left over from the linear plan
WORTH_EASING = 0.005  # of the first stage: what starts may cost that others could be made smaller for
BETTER = 1e-9  # relative

Start = tuple[int, float]  # period from 0, amount


@dataclass(frozen=True)
class Sharing:
    """Say which levers start in whole numbers together: those that fill the same places.

    All of them together may make one start that is smaller than one, if it is no smaller than `least`; 1 for none. `stay` is the share of
    what was started that is there a period later.
    """

    levers: tuple[str, ...]
    stay: float = 1.0
    least: float = 1.0


@dataclass(frozen=True, eq=False)
class Wholes:
    """Hold whole starts, what the plan then comes to in every stage, and what the linear plan does, which is a bound for the first."""

    held: tuple[Held, ...]
    answer: Answer
    linear: Answer
    solves: int

    def gap(self, stage: str) -> float:
        """Return how far the value of a stage is from that of the linear plan, relative to max(1, |value|)."""
        value, least = self.answer.worth[stage], self.linear.worth[stage]
        return (value - least) / max(1.0, abs(value))


def whole_starts(
    resolver: Resolver, sharings: Sequence[Sharing], periods: int, changes: Sequence[Change] = (), linear: Answer | None = None
) -> Wholes | None:
    """Find whole starts of levers in the first periods; None where no rounding of the linear plan keeps all rows.

    First no more by any period than the linear plan has by then; what that leaves of money or a market goes to others; then, as long as the
    first stage gets better, one more where most of one is left over. `changes` are those of the tables that are asked about, `linear` their answer. Starts that the tables fix stay as they are.
    Raises PlanError cancelled, stopped or failed.
    """
    linear = linear or (resolver.at(changes) if changes else resolver.base)
    search = Search(resolver, tuple(changes), linear, [Rounding.of(resolver, linear, sharing, periods) for sharing in sharings])
    if not search.fitted():
        return None
    search.eased()
    search.improved()
    held = search.held()
    return Wholes(tuple(held), resolver.at(changes, start=search.best, held=held), linear, search.solves)


def with_starts(tables: PlanningTables, held: Sequence[Held]) -> PlanningTables:
    """Return the tables with starts held, as rows of `lever_periods`; a price that stands there stays."""
    frame, keys = tables.lever_periods, ["lever", "period"]
    fixed = pd.DataFrame(
        {
            "lever": pd.array([use.lever for use in held], dtype="str"),
            "period": pd.array([use.period for use in held], dtype="Int64"),
            "minimum": [use.least for use in held],
            "maximum": [use.most for use in held],
        }
    )
    priced = frame.drop(columns=["minimum", "maximum"]).merge(fixed, on=keys, how="right")
    kept = frame[~pd.MultiIndex.from_frame(frame[keys]).isin(pd.MultiIndex.from_frame(fixed[keys]))]
    columns = list(TABLES["lever_periods"].names)
    rows = pd.concat([part[columns].astype(frame.dtypes[columns].to_dict()) for part in (kept, priced)], ignore_index=True)
    return replace(tables, lever_periods=rows)


@dataclass
class Rounding:
    """Hold the starts of one sharing while they are rounded: `used` of the linear plan, `chosen` so far, by lever and period."""

    sharing: Sharing
    used: Floats
    lowest: Floats
    highest: Floats
    chosen: Floats

    @classmethod
    def of(cls, resolver: Resolver, linear: Answer, sharing: Sharing, periods: int) -> Rounding:
        """Begin with what the tables force, and with as much of the linear plan as fits in whole numbers by each period."""
        places = [resolver.places["lever"][lever] for lever in sharing.levers]
        count, terms = min(periods, resolver.arrays.periods), linear.arrays.terms
        used, lowest, highest = (values[places, :count].copy() for values in (linear.found.used, terms.minimum, terms.maximum))
        forced = np.where(lowest >= highest, lowest, np.ceil(lowest - NEARLY).clip(max=highest))
        rounding = cls(sharing, used, lowest, highest, forced)
        rounding.choose(rounding.there(used - forced))
        return rounding

    @property
    def parted(self) -> bool:
        """Say whether a start smaller than one has been made."""
        free = self.lowest < self.highest
        return bool((np.abs(self.chosen - np.round(self.chosen)) > NEARLY)[free].any())

    def there(self, starts: Floats) -> Floats:
        """Return what is there of starts, by lever and period, at the end of each period."""
        amounts = starts.sum(axis=0)
        there = np.zeros(amounts.size)
        for period, amount in enumerate(amounts):
            there[period] = amount + (there[period - 1] * self.sharing.stay if period else 0.0)
        return there

    def choose(self, wanted: Floats) -> None:
        """Make the starts that come nearest to what is wanted by each period, none passing it."""
        options = [
            ([*wholes], part)
            for wholes in self._whole_starts(wanted)
            for part in (None, *(() if self.parted else self._parts(wanted, wholes)))
        ]
        stay = self.sharing.stay

        def missed(option: tuple[list[Start], Start | None]) -> tuple[float, bool]:
            starts = [*option[0], *([option[1]] if option[1] else [])]
            return round(float((wanted - _there(starts, wanted.size, stay)).sum()), DIGITS), option[1] is not None

        wholes, part = min(options, key=missed)
        for period, amount in [*([part] if part else []), *wholes]:
            self.start(period, amount)

    def _whole_starts(self, wanted: Floats) -> Iterator[list[Start]]:
        """Return the whole starts that fit, as many as can be, then one fewer, and so on."""
        starts: list[Start] = []
        for period in range(wanted.size):
            while _fits([*starts, (period, 1.0)], wanted, self.sharing.stay):
                starts.append((period, 1.0))
        for count in range(len(starts), -1, -1):
            yield starts[:count]

    def _parts(self, wanted: Floats, wholes: list[Start]) -> Iterator[Start]:
        """Return the largest start smaller than one that fits beside whole ones, for each period."""
        left = wanted - _there(wholes, wanted.size, self.sharing.stay)
        for period in range(wanted.size):
            later = left[period:] / self.sharing.stay ** np.arange(wanted.size - period)
            amount = np.floor(float(later.min()) * 10**DIGITS) / 10**DIGITS
            if self.sharing.least <= amount < 1.0 - NEARLY:
                yield period, amount

    def start(self, period: int, amount: float) -> bool:
        """Make a start by the lever that is furthest behind the linear plan; say whether any lever may."""
        room = self.highest[:, period] - self.chosen[:, period] >= amount - NEARLY
        if not room.any():
            return False
        behind = np.round((self.used - self.chosen)[:, : period + 1].sum(axis=1), DIGITS)
        self.chosen[int(np.argmax(np.where(room, behind, -np.inf))), period] += amount
        return True

    def fit(self, found: Floats) -> None:
        """Make starts smaller that a solve, free to use less, has made smaller: what is then no start is made later, or not at all."""
        last = found.shape[1] - 1
        for lever, period in np.argwhere((found < self.chosen - NEARLY) & (self.lowest < self.highest)).tolist():
            whole = np.floor(found[lever, period] + NEARLY)
            part = float(np.floor((found[lever, period] - whole) * 10**DIGITS) / 10**DIGITS)
            lost = self.chosen[lever, period] - whole
            self.chosen[lever, period] = max(whole, self.lowest[lever, period])
            if lost % 1.0 > NEARLY and part >= self.sharing.least:  # a part that may be a smaller one
                self.chosen[lever, period] += part
            elif lost >= 1.0 - NEARLY and period < last and self.chosen[lever, period + 1] + 1.0 <= self.highest[lever, period + 1]:
                self.chosen[lever, period + 1] += 1.0

    def left(self) -> float:
        """Return what the linear plan has more in the end."""
        return float((self.there(self.used) - self.there(self.chosen))[-1])

    def more(self) -> tuple[float, int, float] | None:
        """Return how much of a further start the linear plan has, the period to make it in, and its size; None where it is too little."""
        left = self.there(self.used) - self.there(self.chosen)
        step = 1.0 if self.parted or left[-1] >= 1.0 - self.sharing.least else self.sharing.least
        share = float(left[-1]) / step
        if share < WORTH_TRYING:
            return None
        far = np.flatnonzero(left >= step / 2)
        return share, int(far[0]) if far.size else left.size - 1, step


@dataclass
class Search:
    """Look for whole starts, a few solves long."""

    resolver: Resolver
    changes: tuple[Change, ...]
    linear: Answer
    roundings: list[Rounding]
    best: Answer | None = None
    solves: int = 0
    closed: set[int] = field(default_factory=set)

    def fitted(self) -> bool:
        """Make what does not fit smaller, until it does; say whether it does."""
        for _ in range(ROUNDS):
            self.best = self._solved(self.held())
            if self.best is not None:
                return True
            less = self._solved([replace(use, least=min(use.least, self._lowest(use))) for use in self.held()])
            if less is None:
                return False
            for rounding, found in zip(self.roundings, self._found(less), strict=True):
                rounding.fit(found)
        return False

    def eased(self) -> None:
        """Make starts smaller where holding them costs more than they bring.

        Fitted they may be only since something dear makes room for them: £49,000 of premiums, once, to keep a sixteenth of a person.
        """
        spent = self.solves
        for _ in range(ROUNDS):
            freer = self._solved([replace(use, least=min(use.least, self._lowest(use))) for use in self.held()])
            if freer is None or self.best is None or not self._dear(freer):
                break
            before = [rounding.chosen.copy() for rounding in self.roundings]
            for rounding, found in zip(self.roundings, self._found(freer), strict=True):
                rounding.fit(found)
            if not self._kept(before):
                break
        self.solves = spent

    def _dear(self, freer: Answer) -> bool:
        """Say whether the best so far is worse than with smaller starts by so much that it is worth making them smaller."""
        assert self.best is not None  # noqa: S101 - it has been fitted
        stage, value = next(iter(freer.worth.items()))
        return self.best.worth[stage] - value > WORTH_EASING * max(1.0, abs(value))

    def improved(self) -> None:
        """Add starts where most of one is left over, then let those that have all of the linear plan use what the others cannot; repeat."""
        added = True
        while added and self.solves < SOLVES:
            self._added()
            added = self.solves < SOLVES and self._shared()

    def _added(self) -> None:
        """Add starts, many at once, and half of them where that fits not or is no better; what does not fit alone is closed."""
        waiting = self._waiting()
        size = len(waiting)
        while waiting and self.solves < SOLVES:
            before = [rounding.chosen.copy() for rounding in self.roundings]
            added = [self.roundings[place].start(period, step) for place, period, step in waiting[:size]]
            if any(added) and self._kept(before):
                waiting = waiting[size:]
            elif size == 1:
                self.closed.add(waiting.pop(0)[0])
            size = max(1, min(size // 2, len(waiting)))
        self.closed |= {place for place, rounding in enumerate(self.roundings) if rounding.left() > NEARLY}

    def _shared(self) -> bool:
        """Solve again with the starts as they are but open to more of those that are not closed; say whether that is better."""
        if sum(rounding.left() for rounding in self.roundings) < WORTH_TRYING:
            return False
        free = [
            replace(use, most=use.most if place in self.closed else float(rounding.highest[row, use.period - 1]))
            for place, rounding in enumerate(self.roundings)
            for row, uses in enumerate(self._held(rounding))
            for use in uses
        ]
        self.solves += 1
        found = self._found(self.resolver.at(self.changes, start=self.best, held=free))
        before = [rounding.chosen.copy() for rounding in self.roundings]
        for place, (rounding, used) in enumerate(zip(self.roundings, found, strict=True)):
            if place not in self.closed:
                rounding.used = used
                rounding.choose(rounding.there(used) - rounding.there(rounding.chosen))
        same = all(np.array_equal(rounding.chosen, chosen) for rounding, chosen in zip(self.roundings, before, strict=True))
        return not same and self._kept(before)

    def _kept(self, before: Sequence[Floats]) -> bool:
        """Keep the starts as they are now where that fits and is better, else those before."""
        found = self._solved(self.held())
        if found is not None and self._better(found):
            self.best = found
            return True
        for rounding, chosen in zip(self.roundings, before, strict=True):
            rounding.chosen = chosen
        return False

    def held(self) -> list[Held]:
        """Return every start, none too: what is not chosen is held at nothing."""
        return [use for rounding in self.roundings for uses in self._held(rounding) for use in uses]

    def _held(self, rounding: Rounding) -> list[list[Held]]:
        fixed = rounding.lowest >= rounding.highest  # to the last digit: rounded, it would be on the wrong side of its own bound
        amounts = np.where(fixed, rounding.lowest, np.round(rounding.chosen, DIGITS) + 0.0).tolist()
        return [
            [Held(lever, period + 1, amount, amount) for period, amount in enumerate(row)]
            for lever, row in zip(rounding.sharing.levers, amounts, strict=True)
        ]

    def _lowest(self, use: Held) -> float:
        return float(self.linear.arrays.terms.minimum[self.resolver.places["lever"][use.lever], use.period - 1])

    def _found(self, answer: Answer) -> list[Floats]:
        places = self.resolver.places["lever"]
        return [
            answer.found.used[[places[lever] for lever in rounding.sharing.levers], : rounding.used.shape[1]] for rounding in self.roundings
        ]

    def _waiting(self) -> list[tuple[int, int, float]]:
        """Return further starts by sharing, period and size, those first of which the linear plan has most."""
        found = [(place, told) for place, rounding in enumerate(self.roundings) if (told := rounding.more()) is not None]
        found.sort(key=lambda one: (-round(one[1][0], DIGITS), one[0]))
        return [(place, period, step) for place, (_, period, step) in found]

    def _better(self, found: Answer) -> bool:
        if self.best is None:
            return True
        for stage, value in found.worth.items():
            if abs(value - self.best.worth[stage]) > BETTER * max(1.0, abs(value)):
                return value < self.best.worth[stage]
        return False

    def _solved(self, held: Sequence[Held]) -> Answer | None:
        """Solve what decides: the goals that come first and the stage after them."""
        names = [name for name, _ in self.resolver.objectives]
        goals = next((place for place, name in enumerate(names) if not name.startswith(GOAL_PREFIX)), len(names) - 1)
        self.solves += 1
        value = self.linear.worth[names[0]]
        worst = value + FAR * max(1.0, abs(value))
        try:
            return self.resolver.at(self.changes, start=self.best or self.linear, stages=goals + 1, held=held, worst=worst)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return None


def _there(starts: Sequence[Start], periods: int, stay: float) -> Floats:
    """Return what is there of starts at the end of each period."""
    there = np.zeros(periods)
    for period, amount in starts:
        there[period:] += amount * stay ** np.arange(periods - period)
    return there


def _fits(starts: Sequence[Start], wanted: Floats, stay: float) -> bool:
    return bool((_there(starts, wanted.size, stay) <= wanted + NEARLY).all())
