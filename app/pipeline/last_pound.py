"""What the last pounds of a plan bought, what the next would buy, and for how much money that holds: differences of solved plans."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from app import money
from optimiser.errors import PlanError
from optimiser.renewal import share_of
from optimiser.resolve import Answer, Change, Direction, Resolver
from optimiser.tables import PlanningTables
from skills_model.planning.world import DEVELOPMENT, World

POUNDS = 10_000.0  # the last and the next so many pounds, as differences of solved plans
THOUSAND = 1_000.0
FALLEN = 0.1  # share by which a slope may differ and still hold
NONE = 1e-9

Begun = tuple[dict[str, Answer | None], dict[str, object] | None]  # answers of the first stage by side, and what is said from them


@dataclass(frozen=True, eq=False)
class Margin:
    """Hold a linear plan and the money that is asked about, in a problem of its own, so that it can be asked while the plan is worked on.

    `changes` are those of the tables that are asked about, `linear` their answer; money of periods up to `after` stays as it is.
    """

    resolver: Resolver
    changes: tuple[Change, ...]
    linear: Answer
    stock: str
    direction: Direction
    labels: Mapping[str, str]
    after: int

    @classmethod
    def of(cls, resolver: Resolver, changes: list[Change], linear: Answer, tables: PlanningTables, world: World, after: int) -> Margin:
        """Ask about the money that a planner would ask about."""
        stock = main_stream(tables, world)
        return cls(resolver, tuple(changes), linear, stock, share_of(tables, stock, after), world.inputs.labels["skill"], after)

    def first(self) -> Begun:
        """Say what the last £1,000 was worth at the margin and from which to which budget that holds; with the answers of the first stage."""
        direction, stage = self.direction, self.stage
        if not direction.changes:
            return {}, None
        slope = self.resolver.slope(self.linear, direction.changes, stage)
        told: dict[str, object] = {
            "stock": self.stock,
            "stream": self.stock.split(":")[1],
            "budget": direction.amount,
            "to_come": self.after > 0,
            "stage": stage,
            "slope": None if math.isnan(slope) else slope * THOUSAND,
        }
        sides = {name: self._solved(by, self.linear, stages=1) for name, by in self.steps.items()}
        for name, end in (("last", "holds_from"), ("next", "holds_to")):
            other = sides.get(name)
            told[end] = None if other is None else direction.amount + self._bend(other, self.steps[name])
        return sides, told

    def told(self, first: Begun) -> dict[str, object] | None:
        """Say what the last pounds bought and the next would buy, each as the difference of two plans, and how far the slope holds."""
        begun, told = first
        if told is None:
            return None
        own = money.short_by_skill(self.resolver, self.linear)
        differences: dict[str, object] = {}
        for name in ("last", "next"):
            start = begun.get(name)
            other = None if start is None else self._solved(self.steps[name], start)
            differences[name] = None if other is None else self._difference(other, self.steps[name], own)
        return told | differences | {"ranks_short": float(own.sum())}

    @property
    def stage(self) -> str:
        """Return the name of the first stage, which is what the money is for."""
        return self.resolver.objectives[0][0]

    @property
    def steps(self) -> dict[str, float]:
        """Return the pounds to be tried, less and more; no less where there is nothing."""
        amount = self.direction.amount
        return ({"last": -min(POUNDS, amount)} if amount > NONE else {}) | {"next": POUNDS}

    def _solved(self, by: float, start: Answer, stages: int | None = None) -> Answer | None:
        """Solve with so much more money; None where that leaves no plan."""
        try:
            return self.resolver.at([*self.changes, *self.direction.by(by)], start=start, stages=stages)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return None

    def _difference(self, other: Answer, by: float, own: pd.Series) -> dict[str, object]:
        """Say what so many pounds do, the fewer as what they did: changes of the first stage and of ranks short in the last period."""
        sign = 1.0 if by > 0 else -1.0
        change = sign * (money.short_by_skill(self.resolver, other) - own)
        skills = [
            {"skill": self.labels.get(str(name), str(name)), "change": float(amount)}
            for name, amount in change.items()
            if abs(amount) > money.SMALLEST
        ]
        skills.sort(key=lambda row: (round(float(str(row["change"])), 6), str(row["skill"])))  # what is equal but for rounding, by name
        whole = sign * (other.worth[self.stage] - self.linear.worth[self.stage])
        return {
            "pounds": abs(by),
            "change": whole,
            "per_thousand": whole / abs(by) * THOUSAND,
            "ranks_short": float(change.sum()),
            "skills": skills,
        }

    def _bend(self, other: Answer, by: float) -> float:
        """Return how far the slope holds towards another solved budget: all the way, or to where the tangents of both meet.

        The first stage is a convex function of money, straight in pieces.
        """
        linear, stage = self.linear, self.stage
        slope, there = (self.resolver.slope(answer, self.direction.changes, stage) for answer in (linear, other))
        average = (other.worth[stage] - linear.worth[stage]) / by
        if abs(average - slope) <= FALLEN * abs(slope) + NONE:
            return by
        if abs(there - slope) <= NONE:
            return 0.0
        meets = (other.worth[stage] - there * by - linear.worth[stage]) / (slope - there)
        return float(min(max(meets, min(by, 0.0)), max(by, 0.0)))


def main_stream(tables: PlanningTables, world: World) -> str:
    """Return the stock of money that a planner asks about: development, or where it has none the stream that gives most beside pay."""
    development = world.money(DEVELOPMENT)
    rows = tables.stocks[(tables.stocks["kind"] == "money") & ~tables.stocks["stock"].str.contains("establishment-pay", regex=False)]
    given = tables.inflows[tables.inflows["stock"].isin(rows["stock"])].groupby("stock")["amount"].sum()
    if given.get(development, 0.0) > 0 or given.empty or given.max() <= 0:
        return development
    return str(given.sort_index().idxmax())
