"""The world of one plan: groups of staff and ladders of ranks, with the ids of their stocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from math import ceil
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from skills_model import demand
from skills_model.assumptions import Assumptions
from skills_model.planning import prices
from skills_model.planning.inputs import Inputs, groups
from skills_model.planning.nothing_done import NothingDone, nothing_done
from skills_model.scenario import Scenario
from skills_model.supply.pipelines import arriving

WEEKS_A_YEAR = 52
QUARTERS_A_YEAR = 4
DEVELOPMENT = "development"
ESTABLISHMENT_PAY = "establishment-pay"
LEVY = "apprenticeship-levy"
ACCOUNTS = ("training", "backfill", "apprenticeship", "recruitment", "contract", "retention", "support", "posts")
"""Kinds of cost: fees, hours away, training price of apprenticeships, hires, contractors, premiums, help of others, pay of new posts."""


@dataclass(frozen=True, eq=False)
class World:
    """Everything that stocks, levers and money are written from.

    groups   one row a role level (group): what `inputs.groups` gives, with stay, pay (pounds a period for one FTE, on-costs included),
             people_per_fte (of its staff; 1 where it has none) and the ids of its stocks staff, cover and after, of its levers recruit,
             contract and end-cover, and of its posts-limit
    ladder   one row a group, skill and rank up to the required one: opening (FTE at that rank or above), required_rank, and the ids stock,
             below (the stock a rank lower; for rank 1 the staff), after, and train (the lever that raises people to this rank)
    growth   posts needed as a multiple of posts today; one row a group, one column a period
    nothing  staff of each group if nothing is done, who arrives and what share stays, period by period

    `stay` of a group is the mean over the horizon (geometric): what a start yields after a lead time, and what weighs after the horizon.
    """

    inputs: Inputs
    scenario: Scenario
    assumptions: Assumptions
    groups: pd.DataFrame
    ladder: pd.DataFrame
    growth: pd.DataFrame
    nothing: NothingDone

    @property
    def code(self) -> str:
        """Return the code of the organisation."""
        return str(self.inputs.organisation["code"])

    @property
    def periods(self) -> range:
        """Return the periods 1..T."""
        return range(1, self.scenario.periods + 1)

    def by_rung(self, by_group: pd.DataFrame) -> pd.DataFrame:
        """Return rows of groups for the rungs of the ladder, index as the ladder."""
        position = self.ladder["role_level"].map(pd.Series(self.groups.index, index=self.groups["role_level"]))
        return by_group.loc[position].set_axis(self.ladder.index)

    def with_nothing(self, nothing: NothingDone) -> World:
        """Return the world with something else becoming of staff if nothing is done."""
        stay = (nothing.stay.prod(axis=1) ** (1 / self.scenario.periods)).to_frame("stay")
        return replace(self, groups=self.groups.assign(**stay), ladder=self.ladder.assign(**self.by_rung(stay)), nothing=nothing)

    def money(self, stream: str) -> str:
        """Return the id of the stock of a funding stream."""
        return f"money:{stream}:{self.code}"

    def account(self, kind: str) -> str:
        """Return the id of the stock that a kind of cost is paid from."""
        return f"account:{kind}:{self.code}"

    def lag(self, years: float) -> int:
        """Return a time as whole periods, rounded up, since nothing can arrive within a period."""
        return max(1, ceil(years * self.scenario.periods_per_year - 1e-9))

    def training_time(self) -> pd.Series:
        """Return the periods from the start of training to the rank, by rung of the ladder."""
        return self.ladder["rank"].map(lambda r: self.lag(self.assumptions.value("course_lead_time", r) / QUARTERS_A_YEAR)).astype(int)

    def training_hours(self) -> pd.Series:
        """Return the working hours that training takes, by rung of the ladder."""
        return self.ladder["rank"].map(lambda r: self.assumptions.value("course_hours", r)).astype(float)

    def discounting(self, period: int) -> float:
        """Return what a shortfall of one period weighs beside the same shortfall now."""
        return float((1 + self.assumptions.value("discount_rate")) ** (-period / self.scenario.periods_per_year))


def once[T](work: Callable[[World], T]) -> Callable[[World], T]:
    """Work something out once for each world, however many parts of the planning tables ask for it; nobody may write into what is found."""
    known: WeakKeyDictionary[World, T] = WeakKeyDictionary()

    @wraps(work)
    def found(world: World) -> T:
        if world not in known:
            known[world] = work(world)
        return known[world]

    return found


def build_world(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> World:
    """Join the facts of an organisation with a scenario and its assumptions."""
    group = groups_of(inputs, scenario, assumptions)
    return world_of(inputs, scenario, assumptions, group, nothing_done(inputs, group["role_level"], scenario, assumptions))


def groups_of(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a role level that has staff or posts, or to which somebody comes within the horizon."""
    return groups(inputs, arriving(inputs.pipelines, scenario, assumptions))


def world_of(inputs: Inputs, scenario: Scenario, assumptions: Assumptions, group: pd.DataFrame, nothing: NothingDone) -> World:
    """Return the world of some groups and of what becomes of their staff if nothing is done."""
    code = inputs.organisation["code"]
    yearly = prices.annual_pay(group["band"], inputs.organisation["region_code"], scenario, assumptions, inputs.options.pay_points)
    ids = {
        kind: f"{kind.removesuffix('-limit')}:{code}:" + group["role_level"]
        for kind in ("staff", "cover", "recruit", "contract", "end-cover", "posts-limit")
    }
    per_fte = (group["headcount"] / group["staff_fte"]).where((group["headcount"] > 0) & (group["staff_fte"] > 0), 1.0)
    named = group.assign(pay=yearly / scenario.periods_per_year, people_per_fte=per_fte, **ids, after="after:" + ids["staff"])
    growth = _growth(inputs, group, scenario, assumptions)
    return World(inputs, scenario, assumptions, named, _ladder(inputs, named, code), growth, nothing).with_nothing(nothing)


def _growth(inputs: Inputs, group: pd.DataFrame, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return posts needed as a multiple of posts today, worked out among all posts of the organisation, those not mapped included."""
    facts = inputs.demand
    if scenario.demand.records:
        facts = replace(facts, records=demand.profiles(assumptions))
    keys = ["organisation", "role_family", "posts"]
    own = group[["role_family"]].assign(organisation=str(inputs.organisation["code"]), posts=0.0)[keys]
    multiples = demand.factors(pd.concat([facts.posts[keys], own], ignore_index=True), scenario, facts)
    return multiples.iloc[len(facts.posts) :].set_axis(group.index)


def _ladder(inputs: Inputs, group: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return one row a group, skill and rank, sorted, with the stock of the rank below and the lever that raises to it beside it."""
    columns = ["role_level", "skill", "required_rank", "rank"]
    rows = inputs.held[[*columns, "held"]].sort_values(columns).reset_index(drop=True)
    rows = rows.rename(columns={"held": "opening"}).merge(group, on="role_level", how="inner")
    name = f"{code}:" + rows["role_level"] + ":" + rows["skill"] + ":"
    rows["below"] = np.where(rows["rank"] == 1, rows["staff"], "skill:" + name + (rows["rank"] - 1).astype(str))
    rows["after"] = "after:skill:" + name + rows["rank"].astype(str)
    rows["stock"] = "skill:" + name + rows["rank"].astype(str)
    rows["train"] = "train:" + name + rows["rank"].astype(str)
    return rows
