"""What the last pounds of a plan bought, what the next would buy, and for how much money that holds: differences of solved plans."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from app import money
from optimiser.errors import PlanError
from optimiser.renewal import share_of
from optimiser.resolve import Answer, Basis, Change, Direction, Resolver
from optimiser.tables import PlanningTables
from skills_model.planning.world import DEVELOPMENT, World

POUNDS = 10_000.0  # the last and the next so many pounds, as differences of solved plans
THOUSAND = 1_000.0
FALLEN = 0.1  # share by which a slope may differ and still hold
NONE = 1e-9

Sides = dict[str, Answer | None]  # answers with less and with more money; None where there is no plan


@dataclass(frozen=True, eq=False)
class Margin:
    """Hold the money that is asked about and a problem of its own, so that it can be asked while the plan itself is worked on.

    `changes` are those of the tables that are asked about; money of periods up to `after` stays as it is.
    """

    resolver: Resolver
    changes: tuple[Change, ...]
    stock: str
    direction: Direction
    labels: Mapping[str, str]
    after: int

    @classmethod
    def of(cls, resolver: Resolver, changes: Sequence[Change], tables: PlanningTables, world: World, after: int) -> Margin:
        """Ask about the money that a planner would ask about."""
        stock = main_stream(tables, world)
        return cls(resolver, tuple(changes), stock, share_of(tables, stock, after), world.inputs.labels["skill"], after)

    def sides(self, start: Basis) -> Sides:
        """Solve the first stage with less money and with more, from the basis of the first stage of the plan."""
        return {name: self._solved([*self.changes, *self.direction.by(by)], start, stages=1) for name, by in self.steps.items()}

    def plans(self, sides: Sides) -> Sides:
        """Solve all stages with less money and with more."""
        return {name: None if side is None else self._solved(side.changes, side) for name, side in sides.items()}

    def worth(self, linear: Answer, sides: Sides) -> dict[str, object] | None:
        """Say what the last £1,000 was worth to a linear plan at the margin, and from which to which budget that holds."""
        direction, stage = self.direction, self.stage
        if not direction.changes:
            return None
        slope = self.resolver.slope(linear, direction.changes, stage)
        told: dict[str, object] = {
            "stock": self.stock,
            "stream": self.stock.split(":")[1],
            "budget": direction.amount,
            "to_come": self.after > 0,
            "stage": stage,
            "slope": None if math.isnan(slope) else slope * THOUSAND,
        }
        for name, end in (("last", "holds_from"), ("next", "holds_to")):
            other = sides.get(name)
            told[end] = None if other is None else direction.amount + self._bend(linear, other, self.steps[name])
        return told

    def told(self, linear: Answer, sides: Sides, plans: Sides) -> dict[str, object] | None:
        """Say what the last pounds bought and the next would buy, each as the difference of two plans, and how far the slope holds."""
        told = self.worth(linear, sides)
        if told is None:
            return None
        own = money.short_by_skill(self.resolver, linear)
        differences: dict[str, object] = {}
        for name in ("last", "next"):
            other = plans.get(name)
            differences[name] = None if other is None else self._difference(linear, other, self.steps[name], own)
        return told | differences | {"ranks_short": float(own.sum())}

    @property
    def stage(self) -> str:
        """Return the name of the first stage, which is what the money is for."""
        return self.resolver.objectives[0][0]

    @property
    def steps(self) -> dict[str, float]:
        """Return the pounds to be tried, less and more; no less where there is nothing, and none where no period is left."""
        amount = self.direction.amount
        if not self.direction.changes:
            return {}
        return ({"last": -min(POUNDS, amount)} if amount > NONE else {}) | {"next": POUNDS}

    def _solved(self, changes: Sequence[Change], start: Answer | Basis, stages: int | None = None) -> Answer | None:
        """Solve with other money; None where that leaves no plan."""
        try:
            return self.resolver.at(changes, start=start, stages=stages)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return None

    def _difference(self, linear: Answer, other: Answer, by: float, own: pd.Series) -> dict[str, object]:
        """Say what so many pounds do, the fewer as what they did: changes of the first stage and of ranks short in the last period."""
        sign = 1.0 if by > 0 else -1.0
        change = sign * (money.short_by_skill(self.resolver, other) - own)
        skills = [
            {"skill": self.labels.get(str(name), str(name)), "change": float(amount)}
            for name, amount in change.items()
            if abs(amount) > money.SMALLEST
        ]
        skills.sort(key=lambda row: (round(float(str(row["change"])), 6), str(row["skill"])))  # what is equal but for rounding, by name
        whole = sign * (other.worth[self.stage] - linear.worth[self.stage])
        return {
            "pounds": abs(by),
            "change": whole,
            "per_thousand": whole / abs(by) * THOUSAND,
            "ranks_short": float(change.sum()),
            "skills": skills,
        }

    def _bend(self, linear: Answer, other: Answer, by: float) -> float:
        """Return how far the slope holds towards another solved budget: all the way, or to where the tangents of both meet.

        The first stage is a convex function of money, straight in pieces.
        """
        stage = self.stage
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
