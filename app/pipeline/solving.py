"""Solve the planning tables of one plan, and keep the solver's problem: other money is then answered from it, not from nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from app import money
from app.money import MoneyResult
from app.pipeline.last_pound import Margin, Sides, main_stream
from optimiser import solver
from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.renewal import differences, kin, nearest, plan_of
from optimiser.resolve import Answer, Basis, Change, Heard, Resolver
from optimiser.solver import InexactError, Optimised, Progress
from optimiser.tables import PlanningTables
from optimiser.whole_starts import Sharing, Wholes, whole_starts, with_starts
from skills_model.planning import ranges
from skills_model.planning.whole_people import whole_people, whole_periods
from skills_model.planning.world import World

KNOWN = 6  # answers kept: about 10 MB each at the largest trust

Cancel = Callable[[], bool] | None
First = Callable[[Plan, Callable[[], dict[str, object] | None]], None]


@dataclass(frozen=True)
class Solved:
    """A plan with what is said of it beside: `notes` are parts of its summary."""

    plan: Plan
    notes: Mapping[str, object]


@dataclass(eq=False)
class Sitting:
    """Solve plans one after the other; keep the last problem in the solver, and go on from it where the next differs in money only.

    The problem is kept twice: what the last pounds bought is found in one, while starts are made whole people in the other. `known` are
    plans of other money; the next begins from the one whose money is nearest.
    """

    resolver: Resolver | None = None
    beside: Resolver | None = None
    known: list[Answer] = field(default_factory=list)
    kin: str = ""
    cancel: Cancel = None
    until: float = math.inf
    in_time: bool = True
    after: int = 0

    def solve(
        self,
        tables: PlanningTables,
        world: World,
        *,
        cancel: Cancel = None,
        progress: Callable[[Progress], None] | None = None,
        time_limit: float | None = None,
        first: First | None = None,
        after: int = 0,
    ) -> Solved:
        """Find the best plan, its starts in whole people, and what its last pounds bought; raises PlanError where none is proven.

        `first` hears of the linear plan as soon as it is there, and may ask what the last pound is worth to it. Where the time is over after
        the linear plan, that is the plan, and its notes say so. Money of periods up to `after` stays as it is where less or more is tried.
        """
        self.cancel, self.until = cancel, math.inf if time_limit is None else time.monotonic() + time_limit
        self.after, self.in_time = after, True
        with self._meanwhile() as meanwhile:

            def ask(basis: Basis) -> None:
                assert self.beside is not None  # noqa: S101 - the basis is of a problem that is kept
                margin = Margin.of(self.beside, self._changes(tables), tables, world, after)
                asked.append((margin, meanwhile.submit(margin.sides, basis)))

            asked: list[tuple[Margin, Future[Sides]]] = []
            linear, plain = self._linear(tables, progress, ask) if self._has(tables) else None, None
            if linear is None:
                done = solver.optimised(tables, time_limit=self._left(), progress=progress, cancel=cancel)
                if done.plan.status != "optimal":
                    return Solved(done.plan, {"whole_people": _no_time(), "last_pound": None, "in_time": False})
                linear, plain = self._taken_up(done, tables), done.plan
                ask(linear.basis)
            margin, sides = asked[-1]
            if first is not None:
                worth = partial(self._in_time, lambda: margin.worth(linear, sides.result()), lambda: None)
                first(plain or self._plan(tables, linear), worth)
            pounds = meanwhile.submit(self._pounds, margin, linear, sides)
            plan, whole = self._in_time(lambda: self._whole(tables, world, linear), lambda: (self._plan(tables, linear), _no_time()))
            notes = {"whole_people": whole, "last_pound": self._in_time(pounds.result, lambda: None)}
        return Solved(plan, notes | {"in_time": self.in_time})

    def _pounds(self, margin: Margin, linear: Answer, sides: Future[Sides]) -> dict[str, object] | None:
        """Say what the last pounds bought and the next would buy; other budgets begin from the plans that tell it."""
        plans = margin.plans(sides.result())
        self._remember(*plans.values())
        return margin.told(linear, sides.result(), plans)

    def _has(self, tables: PlanningTables) -> bool:
        """Say whether the problem that is kept differs from these tables in money only; if not, keep it no more."""
        if self.resolver is None or kin(tables) != self.kin:
            self.resolver, self.beside, self.known, self.kin = None, None, [], ""
        return self.resolver is not None

    def _taken_up(self, done: Optimised, tables: PlanningTables) -> Answer:
        """Keep a problem that has been solved from nothing; return its answer."""
        self.kin, self.resolver = kin(tables), Resolver.taking_up(done, cancel=self._over)
        self.beside, self.known = self.resolver.twin(), [self.resolver.base]
        return self.resolver.base

    def _remember(self, *answers: Answer | None) -> None:
        base, *others = self.known
        self.known = [base, *[*others, *filter(None, answers)][-KNOWN:]]

    def _changes(self, tables: PlanningTables) -> list[Change]:
        assert self.resolver is not None  # noqa: S101 - asked only where a problem is kept
        return differences(self.resolver, tables)

    @contextmanager
    def _meanwhile(self) -> Iterator[ThreadPoolExecutor]:
        """Let other threads work too; who cancels or interrupts does not wait until they are done."""
        with ThreadPoolExecutor() as threads:
            try:
                yield threads
            except BaseException:
                self.until = -math.inf
                raise

    def _in_time[T](self, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """Return what some work comes to, or else something where the time is over before; raises PlanError where somebody cancelled."""
        try:
            return work()
        except PlanError as error:
            if error.status not in {"cancelled", "stopped"} or (self.cancel is not None and self.cancel()):
                raise
            self.in_time = False
            return otherwise()

    def more_money(
        self,
        tables: PlanningTables,
        world: World,
        *,
        cancel: Cancel = None,
        solved: Callable[[int], None] | None = None,
        time_limit: float | None = None,
        after: int = 0,
    ) -> MoneyResult:
        """Say what other budgets would do to the plan of these tables, and how sure it is, before its starts are made whole people.

        Budgets are those of the periods after `after`. Raises PlanError.
        """
        self.cancel, self.until = cancel, math.inf if time_limit is None else time.monotonic() + time_limit
        linear = self._linear(tables, None) if self._has(tables) else None
        plan = solver.optimise(tables, time_limit=self._left(), cancel=cancel) if linear is None else self._plan(tables, linear)
        labels = world.inputs.labels["skill"]
        left = self._left()
        found = money.work_out(
            plan, main_stream(tables, world), labels, solved=solved, cancel=cancel, seconds=math.inf if left is None else left, after=after
        )
        futures = ranges.sampled(plan, world, moves=ranges.Moves.of(world, ranges.MOST))
        return replace(found, ranges=futures.frame, summary=found.summary | {"futures": futures.note, "chance": futures.chance})

    def _linear(self, tables: PlanningTables, progress: Callable[[Progress], None] | None, first: Heard = None) -> Answer | None:
        """Return the linear plan from the problem that is kept; None where the solver gives up on it."""
        assert self.resolver is not None  # noqa: S101 - asked only where a problem is kept
        if progress is not None:
            progress(Progress("shortfall", 0.0))
        changes = self._changes(tables)
        try:
            answer = self.resolver.at(changes, start=nearest(self.known, changes), seconds=self._left(), first=first)
        except PlanError as error:
            if error.status == "cancelled" and self.cancel is not None and self.cancel():
                raise
            return None  # from nothing it is found, or said why not
        if not all(proof.holds(answer.worth[proof.stage]) for proof in answer.proofs):
            return None
        self._remember(answer)
        return answer

    def _whole(self, tables: PlanningTables, world: World, linear: Answer) -> tuple[Plan, dict[str, object]]:
        """Make whole people of first starts; return the plan, and what is said of how many they are."""
        assert self.resolver is not None  # noqa: S101 - its answer is here
        began = time.monotonic()
        frame = whole_people(world, tables.levers)
        sharings = [
            Sharing(tuple(rows["lever"]), float(rows["stay"].iloc[0]), float(rows["least"].iloc[0])) for _, rows in frame.groupby("sharing")
        ]
        wholes = whole_starts(self.resolver, sharings, whole_periods(world), linear.changes, linear) if sharings else None
        answer, held = (linear, ()) if wholes is None else (wholes.answer, wholes.held)
        plan = self._plan(with_starts(tables, held) if held else tables, answer, time.monotonic() - began)
        if plan.status != "optimal" and held:
            plan = solver.optimise(plan.tables, time_limit=self._left(), cancel=self._over)
        return plan, _whole_note(world, sharings, wholes)

    def _plan(self, tables: PlanningTables, answer: Answer, seconds: float = 0.0) -> Plan:
        """Return the plan of an answer; from nothing where the answer, within the solver's tolerance, is not within the audit's."""
        assert self.resolver is not None  # noqa: S101 - its answer is here
        try:
            return plan_of(self.resolver, tables, answer, seconds)
        except InexactError:
            return solver.optimise(tables, time_limit=self._left(), cancel=self._over)

    def _over(self) -> bool:
        return time.monotonic() > self.until or (self.cancel is not None and self.cancel())

    def _left(self) -> float | None:
        return None if math.isinf(self.until) else max(0.0, self.until - time.monotonic())


def _no_time() -> dict[str, object]:
    return {"on": False, "reason": "There was no time to make whole people of its first starts."}


def _whole_note(world: World, sharings: list[Sharing], wholes: Wholes | None) -> dict[str, object]:
    if not sharings:
        off = not world.scenario.levers.whole_people
        return {"on": False, "reason": "Switched off." if off else "No group is small enough, or nothing fills its posts."}
    if wholes is None:
        return {"on": False, "reason": "No whole numbers near the plan in fractions keep all limits."}
    amounts = np.array([use.least for use in wholes.held])
    parts = amounts - np.floor(amounts + 1e-6)
    parted = parts > 1e-6
    first = next(iter(wholes.answer.worth))
    return {
        "on": True,
        "groups": len(sharings),
        "periods": whole_periods(world),
        "below": int(world.assumptions.value("whole_people_below")),
        "full_time": int(np.floor(amounts + 1e-6).sum()),
        "part_time": int(parted.sum()),
        "part_time_fte": float(parts[parted].sum()),
        "stage": first,
        "gap": wholes.gap(first),
        "linear": dict(wholes.linear.worth),
        "whole": dict(wholes.answer.worth),
    }
