"""Solve the planning tables of one plan, and keep the solver's problem: other money is then answered from it, not from nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from app import money
from app.money import MoneyResult
from optimiser import solver
from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.renewal import differences, kin, plan_of, share_of
from optimiser.resolve import Answer, Change, Direction, Resolver
from optimiser.solver import InexactError, Progress
from optimiser.tables import PlanningTables
from optimiser.whole_starts import Sharing, Wholes, whole_starts, with_starts
from skills_model.planning import ranges
from skills_model.planning.whole_people import whole_people, whole_periods
from skills_model.planning.world import DEVELOPMENT, World

POUNDS = 10_000.0  # the last and the next so many pounds, as differences of solved plans
THOUSAND = 1_000.0
FALLEN = 0.1  # share by which a slope may differ and still hold
NONE = 1e-9

Cancel = Callable[[], bool] | None


@dataclass(frozen=True)
class Solved:
    """A plan with what is said of it beside: `notes` are parts of its summary."""

    plan: Plan
    notes: Mapping[str, object]


@dataclass(eq=False)
class Sitting:
    """Solve plans one after the other; keep the last problem in the solver, and go on from it where the next differs in money only."""

    resolver: Resolver | None = None
    kin: str = ""
    cancel: Cancel = None
    until: float = math.inf
    after: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)

    def solve(
        self,
        tables: PlanningTables,
        world: World,
        *,
        cancel: Cancel = None,
        progress: Callable[[Progress], None] | None = None,
        time_limit: float | None = None,
        first: Callable[[Solved], None] | None = None,
        after: int = 0,
    ) -> Solved:
        """Find the best plan, its starts in whole people, and what its last pounds bought; raises PlanError where none is proven.

        `first` hears of the linear plan as soon as it is there, with what the last pound is worth to it. Where the time is over after the
        linear plan, that is the plan, and its notes say so. Money of periods up to `after` stays as it is where less or more is tried.
        """
        self.cancel, self.until = cancel, math.inf if time_limit is None else time.monotonic() + time_limit
        self.after = after
        linear = self._linear(tables, progress)
        if linear is None:
            done = solver.optimised(tables, time_limit=self._left(), progress=progress, cancel=cancel)
            plan = done.plan
            if plan.status != "optimal":
                return Solved(plan, {"whole_people": _no_time(), "last_pound": None})
            self.kin, self.resolver = kin(tables), Resolver.after(done, cancel=self._over)
            linear = self.resolver.base
        else:
            plan = None
        assert self.resolver is not None  # noqa: S101 - taken up, or made above
        changes = differences(self.resolver, tables)
        if first is not None:
            plan = plan or self._plan(tables, linear)
            first(Solved(plan, {"whole_people": None, "last_pound": self._slope(tables, world, linear)}))
        try:
            return self._told(tables, world, changes, linear)
        except PlanError as error:
            if error.status not in {"cancelled", "stopped"} or (cancel is not None and cancel()):
                raise
            plan = plan or self._plan(tables, linear)
            return Solved(plan, {"whole_people": _no_time(), "last_pound": None})

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
        linear = self._linear(tables, None)
        plan = solver.optimise(tables, time_limit=self._left(), cancel=cancel) if linear is None else self._plan(tables, linear)
        labels = world.inputs.labels["skill"]
        left = self._left()
        found = money.work_out(
            plan, main_stream(tables, world), labels, solved=solved, cancel=cancel, seconds=math.inf if left is None else left, after=after
        )
        futures = ranges.sampled(plan, world, moves=ranges.Moves.of(world, ranges.MOST))
        return replace(found, ranges=futures.frame, summary=found.summary | {"futures": futures.note, "chance": futures.chance})

    def _linear(self, tables: PlanningTables, progress: Callable[[Progress], None] | None) -> Answer | None:
        """Return the linear plan from the problem that is kept; None where it is another problem, or the solver gives up on it."""
        if self.resolver is None or kin(tables) != self.kin:
            self.resolver, self.kin = None, ""
            return None
        if progress is not None:
            progress(Progress("shortfall", 0.0))
        try:
            answer = self.resolver.at(differences(self.resolver, tables), seconds=self._left())
        except PlanError as error:
            if error.status == "cancelled" and self.cancel is not None and self.cancel():
                raise
            return None  # from nothing it is found, or said why not
        return answer if all(proof.holds(answer.worth[proof.stage]) for proof in answer.proofs) else None

    def _told(self, tables: PlanningTables, world: World, changes: list[Change], linear: Answer) -> Solved:
        assert self.resolver is not None  # noqa: S101 - its answer is here
        began = time.monotonic()
        frame = whole_people(world, tables.levers)
        sharings = [
            Sharing(tuple(rows["lever"]), float(rows["stay"].iloc[0]), float(rows["least"].iloc[0])) for _, rows in frame.groupby("sharing")
        ]
        wholes = whole_starts(self.resolver, sharings, whole_periods(world), changes, linear) if sharings else None
        answer, held = (linear, ()) if wholes is None else (wholes.answer, wholes.held)
        plan = self._plan(with_starts(tables, held) if held else tables, answer, time.monotonic() - began)
        if plan.status != "optimal" and held:
            plan = solver.optimise(plan.tables, time_limit=self._left(), cancel=self._over)
        notes: dict[str, object] = {
            "whole_people": _whole_note(world, sharings, wholes),
            "last_pound": self._last_pound(tables, world, changes, linear),
        }
        return Solved(plan, notes)

    def _plan(self, tables: PlanningTables, answer: Answer, seconds: float = 0.0) -> Plan:
        """Return the plan of an answer; from nothing where the answer, within the solver's tolerance, is not within the audit's."""
        assert self.resolver is not None  # noqa: S101 - its answer is here
        try:
            return plan_of(self.resolver, tables, answer, seconds)
        except InexactError:
            return solver.optimise(tables, time_limit=self._left(), cancel=self._over)

    def _slope(self, tables: PlanningTables, world: World, linear: Answer) -> dict[str, object] | None:
        """Say what the last £1,000 was worth at the margin, as the prices of the linear plan have it."""
        resolver, stock = self.resolver, main_stream(tables, world)
        assert resolver is not None  # noqa: S101 - its answer is here
        direction, stage = share_of(tables, stock, self.after), resolver.objectives[0][0]
        if not direction.changes:
            return None
        slope = _known(resolver.slope(linear, direction.changes, stage) * THOUSAND)
        return {"stream": stock.split(":")[1], "budget": direction.amount, "to_come": self.after > 0, "stage": stage, "slope": slope}

    def _last_pound(self, tables: PlanningTables, world: World, changes: list[Change], linear: Answer) -> dict[str, object] | None:
        """Say what the last pounds bought and the next would buy, as differences of linear plans, and how far the slope holds."""
        resolver = self.resolver
        assert resolver is not None  # noqa: S101 - its answer is here
        stock = main_stream(tables, world)
        direction = share_of(tables, stock, self.after)
        if not direction.changes:
            return None
        stage = resolver.objectives[0][0]
        fewer = self._beside(changes, direction, -min(POUNDS, direction.amount), linear) if direction.amount > NONE else None
        more = self._beside(changes, direction, POUNDS, linear)
        slope = resolver.slope(linear, direction.changes, stage)
        sides = {"last": (fewer, -min(POUNDS, direction.amount)), "next": (more, POUNDS)}
        told: dict[str, object] = {
            "stock": stock,
            "stream": stock.split(":")[1],
            "budget": direction.amount,
            "to_come": self.after > 0,
            "stage": stage,
            "slope": _known(slope * THOUSAND),
        }
        labels = world.inputs.labels["skill"]
        own = money.short_by_skill(resolver, linear)
        told["ranks_short"] = float(own.sum())
        for name, (other, by) in sides.items():
            told[name] = (
                None if other is None else _difference(linear, other, by, stage, own, money.short_by_skill(resolver, other), labels)
            )
        told["holds_from"], told["holds_to"] = (
            None if other is None else direction.amount + _bend(resolver, direction, stage, linear, other, by)
            for other, by in sides.values()
        )
        return told

    def _beside(self, changes: list[Change], direction: Direction, by: float, linear: Answer) -> Answer | None:
        """Solve with so much more money; None where that leaves no plan."""
        assert self.resolver is not None  # noqa: S101 - its answer is here
        try:
            return self.resolver.at([*changes, *direction.by(by)], start=linear)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return None

    def _over(self) -> bool:
        return time.monotonic() > self.until or (self.cancel is not None and self.cancel())

    def _left(self) -> float | None:
        return None if math.isinf(self.until) else max(0.0, self.until - time.monotonic())


def main_stream(tables: PlanningTables, world: World) -> str:
    """Return the stock of money that a planner asks about: development, or where it has none the stream that gives most beside pay."""
    development = world.money(DEVELOPMENT)
    rows = tables.stocks[(tables.stocks["kind"] == "money") & ~tables.stocks["stock"].str.contains("establishment-pay", regex=False)]
    given = tables.inflows[tables.inflows["stock"].isin(rows["stock"])].groupby("stock")["amount"].sum()
    if given.get(development, 0.0) > 0 or given.empty or given.max() <= 0:
        return development
    return str(given.sort_index().idxmax())


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


def _difference(
    linear: Answer, other: Answer, by: float, stage: str, own: pd.Series, short: pd.Series, labels: Mapping[str, str]
) -> dict[str, object]:
    """Say what so many pounds do, the fewer as what they did: changes of the first stage and of ranks short in the last period."""
    sign = 1.0 if by > 0 else -1.0
    change = sign * (short - own)
    skills = [{"skill": labels.get(str(name), str(name)), "change": float(by)} for name, by in change.items() if abs(by) > money.SMALLEST]
    skills.sort(key=lambda row: (round(float(str(row["change"])), 6), str(row["skill"])))  # what is equal but for rounding, by name
    return {
        "pounds": abs(by),
        "change": sign * (other.worth[stage] - linear.worth[stage]),
        "per_thousand": sign * (other.worth[stage] - linear.worth[stage]) / abs(by) * THOUSAND,
        "ranks_short": float(change.sum()),
        "skills": skills,
    }


def _bend(resolver: Resolver, direction: Direction, stage: str, linear: Answer, other: Answer, by: float) -> float:
    """Return how far the slope holds towards another solved budget: all the way, or to where the tangents of both meet.

    The first stage is a convex function of money, straight in pieces.
    """
    slope, there = (resolver.slope(answer, direction.changes, stage) for answer in (linear, other))
    average = (other.worth[stage] - linear.worth[stage]) / by
    if abs(average - slope) <= FALLEN * abs(slope) + NONE:
        return by
    if abs(there - slope) <= NONE:
        return 0.0
    meets = (other.worth[stage] - there * by - linear.worth[stage]) / (slope - there)
    return float(min(max(meets, min(by, 0.0)), max(by, 0.0)))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
