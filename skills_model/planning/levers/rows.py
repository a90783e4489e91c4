"""What levers have in common: their rows, what they cost, what they use of limits, and what they still give after the horizon."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.planning.stocks import skills_brought
from skills_model.planning.world import World

Tables = dict[str, pd.DataFrame]
ATTRIBUTES = ("organisation", "role_family", "role_level", "skill", "rank", "to_role_level", "route", "funding_stream", "account")


def joined(*rows: pd.DataFrame) -> pd.DataFrame:
    """Write rows below each other."""
    return pd.concat(rows, ignore_index=True)


def levers(source: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Write levers of a kind from rows with `lever`, `price` (all that one unit costs, pounds) and any of the attributes."""
    columns = [name for name in ("lever", *ATTRIBUTES) if name in source.columns]
    return source[columns].assign(unit_cost=source["price"], kind=kind)


def charge(world: World, lever: pd.Series, account: str, pounds: pd.Series | float, lag: int = 0) -> pd.DataFrame:
    """Draw pounds on the account of a kind of cost for each unit of a lever started `lag` periods before."""
    rows = pd.DataFrame({"lever": lever, "stock": world.account(account), "lag": lag, "amount": 0.0 - pounds})
    return rows[rows["amount"] != 0]


def after(world: World, effects: pd.DataFrame) -> pd.DataFrame:
    """Write what a start near the end still gives: whatever arrives in the last period or later reaches the `after` stock in it."""
    group, rung = world.groups, world.ladder
    names = pd.concat([group.set_index("staff")["after"], rung.set_index("stock")["after"]])
    last = world.scenario.periods
    longest = int(effects["lag"].max()) if len(effects) else 0
    late = [effects[effects["lag"] >= wait].assign(lag=wait, period=last - wait) for wait in range(longest + 1) if wait < last]
    rows = pd.concat(late, ignore_index=True)
    rows["stock"] = rows["stock"].map(names)
    # Two effects of one lever on one stock (arriving, and leaving in the first year) meet here at the same lag.
    return rows.groupby(["lever", "stock", "lag", "period"], as_index=False).agg(amount=("amount", "sum"))


def brought(world: World, staff: pd.DataFrame, assumption: str) -> pd.DataFrame:
    """Write the skills that come with staff (effects on staff stocks): by how many ranks below the required one."""
    rung = world.ladder[["staff", "stock"]].assign(share=skills_brought(world, assumption))
    rows = staff.rename(columns={"stock": "staff"}).merge(rung, on="staff")
    return rows.assign(amount=rows["amount"] * rows["share"])[["lever", "stock", "lag", "amount"]]


def limited(limits: pd.DataFrame, uses: Sequence[pd.DataFrame]) -> Tables:
    """Return rows of `limits` with their rows of `uses`."""
    return {"limits": limits, "uses": pd.concat(uses, ignore_index=True)}


def use(limit: pd.Series | str, kind: str, item: pd.Series | str, amount: pd.Series | float, lag: int = 0) -> pd.DataFrame:
    """Write what a lever or a stock uses of a limit."""
    return pd.DataFrame({"limit": limit, "kind": kind, "item": item, "amount": amount, "lag": lag})


def every_period(limit: pd.DataFrame, amount: pd.Series | float) -> pd.DataFrame:
    """Write a limit for every period, which a blank period means."""
    return limit.assign(amount=amount, period=pd.array([None] * len(limit), dtype="Int64"))
