"""The world of one plan: groups of staff and ladders of ranks, with the ids of their stocks."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from skills_model import demand, supply
from skills_model.assumptions import Assumptions
from skills_model.planning import prices
from skills_model.planning.inputs import Inputs, groups
from skills_model.scenario import Scenario

WEEKS_A_YEAR = 52
QUARTERS_A_YEAR = 4
DEVELOPMENT = "development"
ESTABLISHMENT_PAY = "establishment-pay"


@dataclass(frozen=True)
class World:
    """Everything that stocks, levers and money are written from.

    groups   one row a role level (group): what `inputs.groups` gives, with stay, pay (pounds a period for one FTE, on-costs included) and
             the ids of its stocks staff, cover and after, of its levers recruit, contract and end-cover, and of its posts-limit
    ladder   one row a group, skill and rank up to the required one: opening (FTE at that rank or above), required_rank, and the ids stock,
             below (the stock a rank lower; for rank 1 the staff), after, and train (the lever that raises people to this rank)
    growth   posts needed as a multiple of posts today; one row a group, one column a period
    """

    inputs: Inputs
    scenario: Scenario
    assumptions: Assumptions
    groups: pd.DataFrame
    ladder: pd.DataFrame
    growth: pd.DataFrame

    @property
    def code(self) -> str:
        """Return the code of the organisation."""
        return str(self.inputs.organisation["code"])

    @property
    def periods(self) -> range:
        """Return the periods 1..T."""
        return range(1, self.scenario.periods + 1)

    def money(self, stream: str) -> str:
        """Return the id of the stock of a funding stream."""
        return f"money:{stream}:{self.code}"

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


def build_world(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> World:
    """Join the facts of an organisation with a scenario and its assumptions."""
    code = inputs.organisation["code"]
    group = groups(inputs, assumptions)
    group["stay"] = supply.stay(group["leaver_rate"], scenario.periods_per_year)
    yearly = prices.annual_pay(group["band"], inputs.organisation["region_code"], scenario, assumptions)
    group["pay"] = yearly / scenario.periods_per_year
    for kind in ("staff", "cover", "recruit", "contract", "end-cover", "posts-limit"):
        group[kind] = f"{kind.removesuffix('-limit')}:{code}:" + group["role_level"]
    group["after"] = "after:" + group["staff"]
    growth = demand.growth_factors(scenario, group["role_family"])
    return World(inputs, scenario, assumptions, group, _ladder(inputs, group, code), growth)


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


def staff_if_nothing_is_done(world: World) -> pd.DataFrame:
    """Return staff in post if nobody joins: one row a group, one column a period."""
    opening, stay = world.groups["staff_fte"].to_numpy(), world.groups["stay"].to_numpy()
    return pd.DataFrame({t: opening * stay**t for t in world.periods})
