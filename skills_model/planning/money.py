"""Money of a plan: funding streams, the accounts that levers draw on, and the levers that move money from one to the other."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.rows import Tables, every_period, joined, limited, use
from skills_model.planning.stocks import first_periods, pay_funded
from skills_model.planning.world import ACCOUNTS, DEVELOPMENT, ESTABLISHMENT_PAY, World


def money(world: World) -> Tables:
    """Write the streams and accounts: what they hold, what comes in, what is carried over, and which stream pays for what.

    A funding lever moves a pound from a stream to an account; an account holds nothing at the end of a period, so that what is moved is
    what levers draw. Its price stands on the levers that draw, so moving it costs nothing more.
    """
    streams = [DEVELOPMENT, ESTABLISHMENT_PAY]
    stocks = joined(
        pd.DataFrame({"stock": [world.money(name) for name in streams], "kind": "money", "funding_stream": streams}),
        pd.DataFrame({"stock": [world.account(name) for name in ACCOUNTS], "kind": "account", "account": ACCOUNTS}),
    )
    fund = pd.DataFrame({"account": ACCOUNTS, "funding_stream": DEVELOPMENT})
    fund["lever"] = f"fund:{DEVELOPMENT}:" + fund["account"] + f":{world.code}"
    lever = fund.assign(unit_cost=0.0, kind="fund", move_weight=0.0)
    into = pd.DataFrame({"lever": fund["lever"], "stock": fund["account"].map(world.account), "lag": 0, "amount": 1.0})
    out = into.assign(stock=world.money(DEVELOPMENT), amount=-1.0)
    name = "spent-" + fund["account"].map(world.account)
    limit = pd.DataFrame({"limit": name, "kind": "account", "account": fund["account"], "sense": "=="})
    spent = limited(every_period(limit, 0.0), [use(name, "stock", fund["account"].map(world.account), 1.0)])
    return {
        "stocks": stocks,
        "transitions": _carry_over(world),
        "inflows": joined(_development_money(world), _pay_money(world)),
        "levers": lever,
        "effects": joined(into, out),
        **spent,
    }


def _carry_over(world: World) -> pd.DataFrame:
    """Keep unspent development money within its year; carry the permitted share into the next. Unspent pay money lapses."""
    stock = world.money(DEVELOPMENT)
    share = world.assumptions.value("carry_over_share", "revenue")
    rows = [(stock, stock, 1.0, None), *((stock, stock, share, t) for t in first_periods(world) if t > 1)]
    return pd.DataFrame(rows, columns=["from_stock", "to_stock", "rate", "period"]).astype({"period": "Int64"})


def _development_money(world: World) -> pd.DataFrame:
    budget = world.scenario.budget.get(DEVELOPMENT, {})
    rows = [(world.money(DEVELOPMENT), t, budget.get(year, 0.0)) for t, year in first_periods(world).items()]
    return pd.DataFrame(rows, columns=["stock", "period", "amount"])


def _pay_money(world: World) -> pd.DataFrame:
    staff, arriving = world.nothing.staff, world.nothing.arriving.mul(world.groups["pay"], axis=0).sum()
    rows = [(world.money(ESTABLISHMENT_PAY), t, pay_funded(world, staff[t]) - arriving[t]) for t in world.periods]
    return pd.DataFrame(rows, columns=["stock", "period", "amount"])


PARTS = {"money": money}
