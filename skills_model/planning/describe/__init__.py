"""A plan in the planner's words: what to do, what it closes against doing nothing, what it costs, what holds it back, what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import pandas as pd

from optimiser.plan import Plan
from skills_model.planning import levy
from skills_model.planning.describe.actions import actions
from skills_model.planning.describe.closes import by_period, closes, path, skills
from skills_model.planning.describe.cost import cost, paid, streams
from skills_model.planning.describe.left_out import COLUMNS as OF_LEFT_OUT
from skills_model.planning.describe.left_out import left_out
from skills_model.planning.describe.limits import COLUMNS as OF_LIMITS
from skills_model.planning.describe.limits import limits
from skills_model.planning.describe.reading import Reading
from skills_model.planning.describe.summary import notes_of, summary
from skills_model.planning.describe.unspent import unspent
from skills_model.planning.describe.weights import weights
from skills_model.planning.world import World

RANGES = ("period", "measure", "way", "low", "median", "high")


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True)
class Described:
    """A plan as tables for people; FTE and pounds.

    actions   what to do: line (id of the lever), kind, action, role_family, role_level, to_role_level, skill, rank, route, period, starts_on,
              year, fte, headcount (of those who learn by the head, else as fte), people (headcount in whole people, sums kept), unit_cost
              (of one FTE), cost, one_off, recurrent (a year), whole_life (discounted), stream
    closes    what it closes by the last period: role_family, role_level, skill, required_rank, posts, do_nothing, plan, closed (ranks x FTE)
    closes_by_period  the same at the end of every period: period, role_family, role_level, skill, do_nothing, plan, closed
    cost      pounds by stream, year, action and nature (one-off or recurrent); establishment pay is what the plan adds to doing nothing
    streams   stream, stream_label, kind, status, pays_for, year: budget + carried_in = used + carried_out + lapsed, to the penny
    levy      the apprenticeship levy by period: starts_on, into, used, expired, left, coinvested; doing nothing: into_nothing, expired_nothing
    path      by period: ranks_short, coverage and staff_fte of doing nothing and of the plan
    ranges    by period, measure and way (nothing or plan): low, median, high; empty where no futures were sampled
    weights   what, name, weight, source: what shortfalls weigh, and who says so
    limits    what holds the plan back: in_short, sentence, kind, item, first_period, last_period, worth. A row is one limit; in_short, blank but in
              the first row of a kind, tells of all of the kind together
    left_out  what is not used, and how far off it is: in_short, kind, action, role_level, to_role_level, skill, rank, route, unit_cost,
              enters_at, off, sentence; in_short as in limits
    summary   the totals of the plan
    """

    actions: pd.DataFrame
    cost: pd.DataFrame
    path: pd.DataFrame
    summary: dict[str, object]
    closes: pd.DataFrame = field(default_factory=pd.DataFrame)
    closes_by_period: pd.DataFrame = field(default_factory=pd.DataFrame)
    streams: pd.DataFrame = field(default_factory=pd.DataFrame)
    levy: pd.DataFrame = field(default_factory=lambda: _empty(*levy.COLUMNS))
    ranges: pd.DataFrame = field(default_factory=lambda: _empty(*RANGES))
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    limits: pd.DataFrame = field(default_factory=lambda: _empty(*OF_LIMITS))
    left_out: pd.DataFrame = field(default_factory=lambda: _empty(*OF_LEFT_OUT))


FRAMES = tuple(item.name for item in fields(Described) if item.name != "summary")
"""Names of the tables of a described plan."""


def describe(plan: Plan, world: World, *, briefly: bool = False) -> Described:
    """Write a plan in the planner's words; `briefly`, its actions, money, path and totals alone."""
    reading = Reading.of(plan, world)
    skill, spent = skills(reading), paid(reading)
    levies = levy.forecast(plan, world, reading.held.reindex(world.groups["staff"]).set_index(world.groups.index))
    do, costs, money, way = actions(reading, spent), cost(reading, spent), streams(reading), path(skill, reading)
    frames = {"actions": do, "cost": costs, "streams": money, "levy": levies, "path": way}
    notes: list[str] = []
    if not briefly:
        left = left_out(reading)
        frames |= {"closes": closes(skill, world), "closes_by_period": by_period(skill, world), "weights": weights(world)}
        frames |= {"limits": limits(reading, money), "left_out": left}
        notes = notes_of(reading, costs, unspent(reading, money, levies, left))
    return Described(**frames, summary=summary(reading, do, way, costs, money, levies, notes))


__all__ = ["FRAMES", "RANGES", "Described", "describe"]
