"""The smallest conflicting set: rows and bounds that cannot all be kept, though any of them alone could be let go."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import highspy
import numpy as np

from optimiser.formulation import Programme, directly, inwards
from optimiser.spread import Floats, Ints
from optimiser.watch import Watch

KINDS = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
ROW, LOWER, UPPER, WHOLE = range(4)  # what a member of the set is: a row, a bound of a column, or that a column is whole


class OutOfTimeError(Exception):
    """The search was told to stop, or its time is over."""


@dataclass(frozen=True)
class Clock:
    """Run HiGHS until the time is over or the watch halts; `until` is a reading of time.perf_counter."""

    until: float
    watch: Watch | None

    @classmethod
    def of(cls, seconds: float, watch: Watch | None) -> Clock:
        """Start now."""
        return cls(time.perf_counter() + seconds, watch)

    def left(self) -> float:
        """Return the seconds that remain; raise OutOfTimeError where there are none."""
        seconds = self.until - time.perf_counter()
        if seconds <= 0 or (self.watch is not None and self.watch.halted):
            raise OutOfTimeError
        return seconds

    def part(self, share: float) -> Clock:
        """Return a clock for a share of what remains."""
        return Clock.of(share * self.left(), self.watch)

    def attach(self, highs: highspy.Highs) -> highspy.Highs:
        """Have a solver listen to the watch."""
        if self.watch is not None:
            self.watch.attach(highs)
        return highs

    def run(self, highs: highspy.Highs, *, whole: bool = False) -> highspy.HighsModelStatus:
        """Solve what the model holds, in whole numbers or not; raise OutOfTimeError where there is no answer."""
        passed = 0.0 if whole else highs.getRunTime()  # its clock runs on between linear solves alone
        highs.setOptionValue("time_limit", passed + self.left())
        highs.run()
        status = highs.getModelStatus()
        if status in {highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt}:
            raise OutOfTimeError
        return status


@dataclass(frozen=True)
class Members:
    """Hold rows and bounds of a programme: `kind[n]` says what `place[n]` is, a row for ROW and a column for the others."""

    kind: Ints
    place: Ints

    @classmethod
    def of(cls, programme: Programme, *, whole: bool) -> Members:
        """Return all that can be let go: every row, every stock's 0, every lever's bounds, hard needs and caps, and what must be whole.

        That uses, shortfalls and surpluses are not negative is no rule of the tables, but what the words mean.
        """
        lows = np.flatnonzero(programme.lower > natural(programme))
        parts = (np.arange(len(programme.items)), lows, np.flatnonzero(programme.upper < np.inf), np.flatnonzero(programme.whole & whole))
        return cls(np.repeat(np.arange(4), [part.size for part in parts]), np.concatenate(parts).astype(np.intp))

    def latest_first(self, programme: Programme) -> Members:
        """Return them in the order in which to let them go: what is told of a conflict is where it begins."""
        uses = programme.layout.x.size + programme.layout.stock.size
        needs = programme.periods[programme.layout.stock.size :][: programme.layout.shortfall.size]
        columns = np.concatenate([np.arange(uses) % programme.layout.x.shape[1] + 1, needs, needs])
        rows, period = self.kind == ROW, np.zeros(self.size)
        period[rows], period[~rows] = np.array(programme.periods)[self.place[rows]], columns[self.place[~rows]]
        return self.take(np.lexsort((self.place, self.kind, -period)))

    def take(self, chosen: Ints) -> Members:
        """Return some of them."""
        return Members(self.kind[chosen], self.place[chosen])

    def places(self, kind: int) -> Ints:
        """Return the rows, or columns, of one kind."""
        found: Ints = self.place[self.kind == kind]
        return found

    @property
    def size(self) -> int:
        """Return how many there are."""
        return self.kind.size


def natural(programme: Programme) -> Floats:
    """Return what each column is at least where no bound is set: any amount for stocks, nothing for the others."""
    lowest = np.zeros(programme.layout.size)
    lowest[programme.layout.stock] = -np.inf
    return lowest


@dataclass
class Question:
    """Ask HiGHS again and again whether some members can all be kept; each answer starts from the one before."""

    programme: Programme
    members: Members
    clock: Clock
    highs: highspy.Highs = field(init=False)
    rows: Ints = field(init=False)
    columns: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Hold only the rows of the members, and the columns that these rows or the members' bounds are about."""
        whole = self.programme
        self.rows = np.unique(self.members.places(ROW))
        matrix = whole.matrix[self.rows]
        self.columns = np.unique(np.concatenate([matrix.indices, self.members.place[self.members.kind != ROW]]).astype(np.intp))
        part = whole.part(self.rows, self.columns)
        self.highs = self.clock.attach(directly(part, np.zeros(self.columns.size)))

    def cannot(self, members: Members) -> bool:
        """Say whether these members conflict; the others are let go."""
        whole = self.programme
        there = np.isin(self.rows, members.places(ROW))
        low = np.where(there, whole.row_lower[self.rows], -highspy.kHighsInf)
        high = np.where(there, whole.row_upper[self.rows], highspy.kHighsInf)
        self.highs.changeRowsBounds(self.rows.size, np.arange(self.rows.size, dtype=np.int32), low, high)  # type: ignore[attr-defined]  # there, though not in its stubs
        columns = np.arange(self.columns.size, dtype=np.int32)
        low = np.where(np.isin(self.columns, members.places(LOWER)), whole.lower[self.columns], natural(whole)[self.columns])
        high = np.where(np.isin(self.columns, members.places(UPPER)), whole.upper[self.columns], highspy.kHighsInf)
        kept = np.isin(self.columns, members.places(WHOLE))
        if self.members.places(WHOLE).size:
            low, high = inwards(low, high, kept)
            self.highs.changeColsIntegrality(columns.size, columns, np.array(KINDS)[kept.astype(np.intp)])
        self.highs.changeColsBounds(columns.size, columns, low, high)
        return self.clock.run(self.highs, whole=bool(kept.any())) == highspy.HighsModelStatus.kInfeasible


def smallest(programme: Programme, proof: Members, clock: Clock) -> Members | None:
    """Return a conflicting set of which every part is needed, None where no rows and bounds conflict.

    `proof` are members among which a conflict is expected, none where all that is linear can be kept; all others are looked at only where
    these can be kept after all. Where what is linear does not conflict, that columns must be whole numbers is a member too. Raises
    OutOfTimeError.
    """
    linear = [proof, Members.of(programme, whole=False)] if proof.size else []
    for members in (*linear, Members.of(programme, whole=True)):
        question = Question(programme, members, clock)
        if members.size and question.cannot(members):
            return _irreducible(question, members.latest_first(programme))
    return None


def _irreducible(question: Question, members: Members) -> Members:
    """Let go of as many as can be, by halves, quarters and so on, down to one by one."""
    step = max(1, members.size // 2)
    while True:
        first = 0
        while first < members.size:
            fewer = members.take(np.delete(np.arange(members.size), slice(first, first + step)))
            if question.cannot(fewer):
                members = fewer
            else:
                first += step
        if step == 1:
            return members.take(np.lexsort((members.place, members.kind)))
        step = max(1, step // 2)
