"""What the lines of a plan cost over their whole life, what a closed rank costs, and how much is spent on technology in all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimiser.tables import PlanningTables
from skills_model.planning.world import World
from skills_model.reference import table as reference

PAY_OF_POSTS = "posts"
"""The account that new posts draw their pay on in every period: counted as what holding them costs, after the horizon as well."""
HIRED, POST = "recruit", "post"


def whole_life(actions: pd.DataFrame, tables: PlanningTables, world: World) -> pd.DataFrame:
    """Return what each action costs once, a year from then on, and over its whole life, in pounds of the pay year; index as the actions.

    `actions` are rows of a plan's: lever, kind, role_level, period, amount. one_off is all that it draws on accounts but the pay of new
    posts; recurrent the pay of a year of the staff, posts and cover that it brings, or ends; whole_life both, discounted from their period
    and with the stay of the group, up to the horizon and, for what lasts, so many years after it as the assumption says. Pay of hires into
    new posts stands in the line of the post alone, so that lines add up.
    """
    priced = _priced(tables)
    rows = actions[["lever", "kind", "role_level", "period", "amount"]].rename(columns={"amount": "units", "period": "used"})
    rows = rows.assign(row=range(len(rows)), own=_own_share(actions, tables))
    rows = rows.merge(priced.rename(columns={"period": "only"}), on="lever")
    rows = rows[rows["only"].isna() | (rows["only"] == rows["used"])].sort_values("only", na_position="last", kind="stable")
    rows = rows.drop_duplicates(["row", "stock", "lag"], ignore_index=True)  # a row that names a period overrides
    arrives = rows["used"] + rows["lag"]
    held, last = rows["cost"] > 0, world.scenario.periods
    pounds = (rows["units"] * rows["amount"] * np.where(held, rows["cost"] * rows["own"], -1.0)).astype(float)
    end = last + np.where(rows["lasting"], round(world.assumptions.value("after_years") * world.scenario.periods_per_year), 0)
    stay = np.where(rows["stays"], 1.0, rows["role_level"].map(world.groups.set_index("role_level")["stay"]).astype(float).fillna(1.0))
    step = world.discounting(1) * stay
    periods = np.where(held, np.maximum(0, end - arrives + 1), 1)
    weight = world.discounting(1) ** arrives.astype(float) * _sum_of_powers(step, periods)
    first_year = arrives.groupby([rows["row"], rows["stock"]]).transform("min") == arrives
    sums = pd.DataFrame(
        {
            "row": rows["row"],
            "one_off": pounds.where(~held, 0.0),
            "recurrent": (pounds * world.scenario.periods_per_year).where(held & first_year, 0.0),
            "whole_life": pounds * weight,
        }
    )
    return sums.groupby("row").sum().reindex(range(len(actions)), fill_value=0.0).set_axis(actions.index)


def cost_per_rank(pounds: float, closed: float) -> float | None:
    """Return pounds for one FTE at one rank more than doing nothing leaves; None where nothing is closed.

    >>> cost_per_rank(50_000.0, 20.0)
    2500.0
    """
    return pounds / closed if closed > 0 else None


def technology_spend(world: World) -> dict[str, object] | None:
    """Return what the organisation spends on technology beside the share that is recommended, of the latest year that it has given.

    None where it has given none: nothing is estimated. Keys: year, technology and expenditure (pounds), share, recommended (a share),
    source. Technology is all of it, not workforce alone: `workforce_spend` is apart.
    """
    rows = world.inputs.options.spend
    if rows.empty:
        return None
    row = rows.sort_values("year").iloc[-1]
    figures = reference("published_figures")
    quoted = figures[figures["figure"] == "recommended_technology_spend_share"].iloc[0]
    technology, expenditure = float(row["technology"]), float(row["expenditure"])
    return {
        "year": str(row["year"]),
        "technology": technology,
        "expenditure": expenditure,
        "share": technology / expenditure,
        "recommended": float(quoted["value"]) / 100,
        "source": f"{row['source']}; recommended: {quoted['source']}",
    }


def workforce_spend(world: World) -> float:
    """Return the pay of a year of the staff and the cover of today, in pounds of the pay year, on-costs included."""
    group, cover = world.groups, world.assumptions.value("cover_cost_factor")
    return float((group["pay"] * (group["staff_fte"] + cover * group["cover_fte"])).sum() * world.scenario.periods_per_year)


def _priced(tables: PlanningTables) -> pd.DataFrame:
    """Return the effects that cost money: on accounts, and on stocks that cost something to hold (`cost` a period, else 0).

    `lasting` says that what a lever brings is there after the horizon, or that it ends cover that would be; `stays` that nobody leaves.
    """
    stocks = tables.stocks.set_index("stock")
    rows = tables.effects.assign(lag=tables.effects["lag"].fillna(0))
    kind, account = rows["stock"].map(stocks["kind"]), rows["stock"].map(stocks["account"])
    pay = -rows[account == PAY_OF_POSTS].groupby("lever")["amount"].min()
    cost = rows["stock"].map(stocks["unit_cost"]).fillna(0.0).where(kind != "new-post", rows["lever"].map(pay).astype(float))
    beyond = set(rows.loc[kind.isin(["after-staff", "after-new-post"]), "lever"])
    rows = rows.assign(cost=cost, stays=kind != "staff", lasting=rows["lever"].isin(beyond) | (kind == "cover"))
    drawn = (kind == "account") & (account != PAY_OF_POSTS)
    return rows.loc[drawn | (cost > 0), ["lever", "stock", "lag", "period", "amount", "cost", "stays", "lasting"]]


def _own_share(actions: pd.DataFrame, tables: PlanningTables) -> pd.Series:
    """Return the part of what actions bring that no line of a new post pays already: for hires, those beyond the new posts of the group."""
    posts = actions[actions["kind"] == POST].groupby("role_level")["amount"].sum()
    kinds = tables.stocks.set_index("stock")["kind"]
    brings = tables.effects[tables.effects["stock"].map(kinds) == "staff"]
    a_unit = brings[brings["amount"] > 0].groupby("lever")["amount"].max()
    hired = actions["kind"] == HIRED
    hires = (actions["amount"] * actions["lever"].map(a_unit).astype(float).fillna(0.0)).where(hired, 0.0)
    of_group = hires.groupby(actions["role_level"]).transform("sum")
    into_new = (actions["role_level"].map(posts).astype(float).fillna(0.0) / of_group.where(of_group > 0)).clip(upper=1.0).fillna(0.0)
    return (1.0 - into_new).where(hired, 1.0)


def _sum_of_powers(step: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """Return 1 + step + step^2 + ... of so many terms."""
    closed = (1 - step**periods) / np.where(step < 1, 1 - step, 1.0)
    return np.where(step < 1, closed, periods)
