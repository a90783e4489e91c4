"""The apprenticeship levy of a plan, period by period: what comes in, is used and expires, and what is paid with the government."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from optimiser.plan import Plan
from skills_model.planning.funding import Stream, coinvestment, levy_estimate, streams
from skills_model.planning.world import World

COLUMNS = ("period", "starts_on", "into", "used", "expired", "left", "coinvested", "into_nothing", "expired_nothing")
SMALLEST_SUM = 0.005  # pounds
ROUNDING = 1.0  # pound


def forecast(plan: Plan, world: World, staff: pd.DataFrame) -> pd.DataFrame:
    """Return the levy by period, in pounds: into, used, expired and left of its money, and coinvested, for the staff of the plan.

    `staff` is their FTE, a row a group and a column a period. `into_nothing` and `expired_nothing` are what comes in for the staff whom
    doing nothing leaves, on which the plan relies, and what of it expires if no apprentice starts. `coinvested` is the training price that
    other money and the government pay together where no levy money is left: the employer's share and the government's. The oldest money is
    used first; money of period t that is not used by period t + n expires within it, n being the periods that the rules give it.
    """
    fund = plan.actions[(plan.actions["kind"] == "fund") & (plan.actions["account"] == "apprenticeship")]
    levies = [item for item in streams(world) if item.kind == "levy"]
    own = fund["funding_stream"].isin([item.id for item in levies])
    used: dict[object, pd.Series] = {name: rows.groupby("period")["amount"].sum() for name, rows in fund[own].groupby("funding_stream")}
    coming = levy_estimate(world, staff)
    table = _followed([replace(item, arrives=coming) if item.estimated else item for item in levies], world, used)
    nothing = _followed(levies, world, {})
    other = fund[~own].groupby("period")["amount"].sum()
    table["coinvested"] = [float(other.get(t, 0.0)) / coinvestment(world, t) for t in world.periods]
    return table.assign(into_nothing=nothing["into"], expired_nothing=nothing["expired"])[list(COLUMNS)]


def coinvested_early(table: pd.DataFrame) -> list[int]:
    """List the periods of a forecast in which an employer is asked to co-invest although levy money is left, which the rules do not allow.

    A plan keeps levy money back only where other money would lapse before it could be used instead: what it co-invests then has to wait.
    """
    early = table[(table["coinvested"] > SMALLEST_SUM) & (table["left"] > SMALLEST_SUM)]
    return [int(t) for t in early["period"]]


def notes(table: pd.DataFrame, world: World) -> list[str]:
    """Say what of a forecast has to be looked at: money that expires, and co-investment that would have to wait."""
    said = []
    if (lost := float(table["expired"].sum())) > SMALLEST_SUM:
        said.append(f"£{lost:,.0f} of levy money expires unused within the horizon.")
    if abs(more := float((table["into"] - table["into_nothing"]).sum())) > ROUNDING:
        said.append(
            f"The levy is that of the staff of the plan, £{abs(more):,.0f} {'more' if more > 0 else 'less'} than if nothing is done. Actions "
            "are paid for as if only the staff of doing nothing brought any: who is recruited may come later or not at all, and brings no levy then."
        )
    if not world.assumptions.value("levy_opening_balance") and float(table["into"].sum()) > ROUNDING:
        given = world.assumptions.called("levy_opening_balance")
        said.append(f"Levy money of before the plan is not counted, since none is given ({given}).")
    if early := coinvested_early(table):
        first = world.scenario.day_of(early[0])
        said.append(
            f"Co-investment is planned while levy money is left, first in the period from {first:%d %B %Y}: the rules use levy money first, so "
            "start these apprenticeships later or plan for the levy to be used."
        )
    return said


def _followed(levies: Sequence[Stream], world: World, used: Mapping[object, pd.Series]) -> pd.DataFrame:
    table = pd.DataFrame({"period": list(world.periods), "starts_on": [world.scenario.day_of(t) for t in world.periods]})
    table[["into", "used", "expired", "left"]] = 0.0
    for item in levies:
        table[["into", "used", "expired", "left"]] += _oldest_first(item, world, used.get(item.id, pd.Series(dtype="float64")))
    return table


def _oldest_first(item: Stream, world: World, used: pd.Series) -> pd.DataFrame:
    """Follow the money of each period, those before the plan included, until it is used or too old."""
    lots = {came: pounds for came, pounds in item.came.items() if came < 1}
    rows = []
    for t in world.periods:
        lots[t] = item.arrives.get(t, 0.0)
        wanted = spent = float(used.get(t, 0.0))
        for came in sorted(lots):
            taken = min(lots[came], wanted)
            lots[came] -= taken
            wanted -= taken
        expired = sum(lots.pop(came) for came in sorted(lots) if item.expiry is not None and came <= t - item.expiry)
        rows.append((item.arrives.get(t, 0.0), spent, expired, sum(lots.values())))
    return pd.DataFrame(rows, columns=["into", "used", "expired", "left"])
