"""What a plan costs, by stream and year: money is followed from streams to accounts and from accounts to the levers that draw on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills_model.planning import funding
from skills_model.planning.actuals import OVERSPENT
from skills_model.planning.describe import words
from skills_model.planning.describe.reading import Reading
from skills_model.planning.funding import Stream
from skills_model.planning.stocks import cover_pay, first_periods
from skills_model.planning.world import ESTABLISHMENT_PAY

STAFF_PAY, COVER_ENDED = "Pay of staff that the plan adds", "Bank and agency cover ended"
POSTS_PAID = "Pay of new posts from their own streams"
PAY = (STAFF_PAY, COVER_ENDED, POSTS_PAID)
"""Actions that are the pay of funded posts; all else is what funding streams pay for."""
BEGUN = "Begun before the plan"
TO_FIND, TO_FIND_LABEL = "to-be-found", "Overspent: must be found"
"""Where pounds come from that were spent beyond all money, as if it were a stream: its debt is carried until somebody gives them."""
ONE_OFF, RECURRENT = "one-off", "recurrent"
RECURRENT_ACCOUNTS = ("posts", "retention")
"""Kinds of cost that go on after the plan unless somebody ends them; a contract ends by itself."""
SMALLEST_SUM = 0.005  # pounds
EXPIRE = "expire"
MOVES = ["budget", "carried_in", "used", "carried_out", "lapsed"]
Year = dict[str, Any]
"""A financial year of a stream: its name under `year`, and pounds of each of MOVES."""
PAID = ["lever", "used", "action", "account", "stream", "period", "pounds"]


def paid(reading: Reading) -> pd.DataFrame:
    """Return every pound that leaves a funding stream for an action: lever, used, action, account, stream, period, pounds.

    Within an account and period each stream pays its part of everything drawn, since a pound in an account has no name. `lever` is blank
    where staff or posts that a lever brought are what is paid. Pay of funded posts is not among it.
    """
    drawn = _drawn(reading)
    total = drawn.groupby(["account", "period"])["pounds"].transform("sum")
    shared = drawn.assign(part=(drawn["pounds"] / total).where(total.abs() >= SMALLEST_SUM, 0.0)).drop(columns="pounds")
    rows = shared.merge(_funded(reading), on=["account", "period"])
    rows["pounds"] = rows["part"] * rows.pop("funded")
    rows = pd.concat([rows, _paid_straight(reading)], ignore_index=True)
    return rows.loc[rows["pounds"].abs() >= SMALLEST_SUM / 100, PAID].astype({"period": "int64"})


def cost(reading: Reading, spent: pd.DataFrame) -> pd.DataFrame:
    """Return pounds by stream, year, action and nature; pay of funded posts is what the plan adds to doing nothing."""
    recurs = spent["account"].isin(RECURRENT_ACCOUNTS)
    rows = spent.assign(nature=np.where(recurs, RECURRENT, ONE_OFF))[["stream", "period", "action", "nature", "pounds"]]
    rows = pd.concat([rows, _pay(reading)], ignore_index=True)
    rows["year"] = rows["period"].map(reading.world.scenario.year_of).astype("str")
    table = rows.groupby(["stream", "year", "action", "nature"], as_index=False).agg(pounds=("pounds", "sum"))
    return table.loc[table["pounds"].abs() >= SMALLEST_SUM].reset_index(drop=True)


def streams(reading: Reading) -> pd.DataFrame:
    """Return what becomes of each stream, year by year, to the penny: budget + carried_in = used + carried_out + lapsed.

    What is carried is below 0 where a year was overspent, and that is taken out of the next. Pounds beyond all money are a line of their own.
    `pays_for` are the kinds of cost that it may pay for and that an action open to the plan has; blank where nothing can be paid from it.
    """
    expired = reading.given[reading.given["kind"] == EXPIRE]
    payable = _payable(reading)
    rows: list[dict[str, object]] = []
    for stock, name in reading.money.items():
        item = reading.streams.get(str(name))
        about = {
            "stream": name,
            "stream_label": reading.stream_labels[str(name)],
            "kind": item.kind if item else "pay",
            "status": item.status if item else funding.COMMITTED,
            "pays_for": ";".join(payable[str(name)]) if item else "pay of funded posts",
        }
        gone = _by_period(expired[expired["stock"] == stock], "amount", reading)
        rows += [about | row for row in in_pence(_years(reading, str(stock), item, gone))]
    rows += _to_find(reading)
    return pd.DataFrame(rows, columns=["stream", "stream_label", "kind", "status", "pays_for", "year", *MOVES])


def _payable(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Return the kinds of cost that each stream may pay for and that an action open to the plan has, by id of the stream."""
    tables = reading.plan.tables
    accounts = tables.stocks[tables.stocks["kind"] == "account"].set_index("stock")["account"]
    may = tables.levers[tables.levers["kind"].isin(words.KINDS) & ~(tables.levers["maximum"] == 0)]
    draws = tables.effects[tables.effects["lever"].isin(may["lever"]) & (tables.effects["amount"] < 0)]
    drawn = set(draws["stock"].map(accounts).dropna())
    return {name: tuple(account for account in item.accounts if account in drawn) for name, item in reading.streams.items()}


def in_pence(years: list[Year]) -> list[Year]:
    """Round the years of a stream so that each adds up and what is used over them is the sum: what is left takes up the difference.

    >>> [(row["used"], row["lapsed"]) for row in in_pence([
    ...     {"year": y, "budget": 0.334, "carried_in": 0.0, "used": 0.334, "carried_out": 0.0, "lapsed": 0.0} for y in ("2026/27", "2027/28")
    ... ])]
    [(0.33, 0.0), (0.34, 0.0)]
    """
    rows: list[Year] = []
    totals, before, kept = dict.fromkeys(("budget", "used"), 0.0), dict.fromkeys(("budget", "used"), 0), round(100 * years[0]["carried_in"])
    for year in years:
        pence = {name: round(100 * year[name]) for name in MOVES} | {"carried_in": kept}
        for name in totals:
            totals[name] += year[name]
            pence[name] = round(100 * totals[name]) - before[name]
        if year["used"] >= 0:
            pence["used"] = max(0, pence["used"])  # a penny more of the year before is not taken back
        left = pence["budget"] + kept - pence["used"]
        if year["carried_out"] <= -SMALLEST_SUM:  # overspent: so there is nothing left that could lapse
            pence["carried_out"], pence["lapsed"] = left, 0
        elif year["lapsed"] >= SMALLEST_SUM:
            pence["carried_out"] = max(0, min(pence["carried_out"], left))
            pence["lapsed"] = max(0, left - pence["carried_out"])
        else:
            pence["carried_out"], pence["lapsed"] = max(0, left) if year["carried_out"] >= SMALLEST_SUM else 0, 0
        pence["used"] = pence["budget"] + kept - pence["carried_out"] - pence["lapsed"]
        before = {name: before[name] + pence[name] for name in before}
        kept = pence["carried_out"]
        rows.append({"year": year["year"]} | {name: pence[name] / 100 for name in MOVES})
    return rows


def _drawn(reading: Reading) -> pd.DataFrame:
    """Return what levers, and staff or posts that they brought, draw on accounts: above 0 what is taken."""
    stocks = reading.plan.tables.stocks
    account = stocks[stocks["kind"] == "account"].set_index("stock")["account"]
    by_lever = reading.given[(reading.given["kind"] != "fund") & reading.given["stock"].isin(account.index)].copy()
    begun = (by_lever["used"] < 1).to_numpy()
    by_lever["action"] = np.where(begun, BEGUN, by_lever["lever"].map(reading.action_names).fillna(by_lever["kind"]))
    rows = pd.concat([by_lever, _drawn_by_stocks(reading, account.index)], ignore_index=True)
    rows = rows.assign(account=rows["stock"].map(account), pounds=-rows["amount"])
    return rows[["lever", "used", "action", "account", "period", "pounds"]]


def _drawn_by_stocks(reading: Reading, accounts: pd.Index) -> pd.DataFrame:
    """Return what stocks draw on accounts as they stay: the pay of new posts, for one."""
    moves = reading.plan.tables.transitions
    moves = moves[moves["to_stock"].isin(accounts) & ~moves["from_stock"].isin(accounts)]
    rates = _over_periods(moves, ["from_stock", "to_stock"], "rate", reading.world.periods)
    held = reading.held.to_numpy()[
        reading.held.index.get_indexer(pd.Index(rates["from_stock"])), rates["period"].to_numpy(dtype=np.intp) - 1
    ]
    kinds = rates["from_stock"].map(reading.stock_kinds)
    rows = rates.assign(
        stock=rates["to_stock"], amount=rates["rate"] * held, action=kinds.map(words.HELD).fillna(kinds.map(words.in_words))
    )
    return rows[["stock", "period", "amount", "action"]]


def _funded(reading: Reading) -> pd.DataFrame:
    """Return what each stream puts into each account: account, period, stream, funded."""
    levers = reading.plan.tables.levers
    account = levers[levers["kind"] == "fund"].set_index("lever")["account"]
    rows = reading.given[(reading.given["kind"] == "fund") & reading.given["stock"].isin(reading.money.index)]
    rows = rows.assign(account=rows["lever"].map(account), stream=rows["stock"].map(reading.money), funded=-rows["amount"])
    rows = pd.concat([rows, _unfunded(reading)], ignore_index=True)
    return rows.groupby(["account", "period", "stream"], as_index=False).agg(funded=("funded", "sum"))


def _unfunded(reading: Reading) -> pd.DataFrame:
    """Return what accounts, and the pay of funded posts, were given beyond all money: account (pay: none), period, stream, funded."""
    tables = reading.plan.tables
    stocks = tables.stocks[(tables.stocks["kind"] == OVERSPENT) & ~tables.stocks["funding_stream"].isin(list(reading.streams))]
    rows = stocks[["stock", "account"]].merge(tables.inflows, on="stock").rename(columns={"amount": "funded"})
    return rows.assign(stream=TO_FIND)[["account", "period", "stream", "funded"]]


def _to_find(reading: Reading) -> list[dict[str, object]]:
    """Return the years of what must be found, none where nothing must be: what is overspent in one is carried into the next."""
    rows, world = _unfunded(reading), reading.world
    if rows.empty:
        return []
    by_year = rows.groupby(rows["period"].map(world.scenario.year_of))["funded"].sum()
    about: dict[str, object] = {
        "stream": TO_FIND,
        "stream_label": TO_FIND_LABEL,
        "kind": "overspent",
        "status": "to be found",
        "pays_for": "",
    }
    years: list[Year] = []
    owed = 0.0
    for year in world.scenario.budget_years():
        used = float(by_year.get(year, 0.0))
        years.append({"year": year, "budget": 0.0, "carried_in": -owed, "used": used, "carried_out": -owed - used, "lapsed": 0.0})
        owed += used
    return [about | row for row in in_pence(years)]


def _paid_straight(reading: Reading) -> pd.DataFrame:
    """Return what levers that a planner sees take from streams without an account between."""
    stream = reading.money[reading.money != ESTABLISHMENT_PAY]
    rows = reading.given[reading.given["kind"].isin(words.KINDS) & reading.given["stock"].isin(stream.index)]
    return rows.assign(action=rows["lever"].map(reading.action_names), account="", stream=rows["stock"].map(stream), pounds=-rows["amount"])


def _pay(reading: Reading) -> pd.DataFrame:
    """Return what the plan adds to the pay of funded posts, and takes from it where cover ends and where streams pay for new posts.

    What streams give for new posts is a line of theirs; without taking it off here, whoever fills one would be paid for twice.
    """
    world = reading.world
    changes = {
        STAFF_PAY: reading.more(world.groups["staff"]).mul(world.groups["pay"], axis=0),
        COVER_ENDED: reading.more(world.groups["cover"]).mul(cover_pay(world), axis=0),
    }
    given = reading.given[(reading.given["kind"] == "post") & (reading.given["stock"] == world.money(ESTABLISHMENT_PAY))]
    paid_for = given.groupby("period")["amount"].sum()
    rows = [(t, action, float(change[t].sum())) for action, change in changes.items() for t in world.periods]
    rows += [(t, POSTS_PAID, -float(paid_for.get(t, 0.0))) for t in world.periods]
    return pd.DataFrame(rows, columns=["period", "action", "pounds"]).assign(stream=ESTABLISHMENT_PAY, nature=RECURRENT)


def _over_periods(rows: pd.DataFrame, keys: list[str], column: str, periods: range) -> pd.DataFrame:
    """Spread rows over periods: one that names a period stands in the place of the one for every period."""
    every = rows[rows["period"].isna()].drop(columns="period").merge(pd.DataFrame({"period": list(periods)}), how="cross")
    single = rows[rows["period"].notna()]
    both = pd.concat([single, every], ignore_index=True).drop_duplicates([*keys, "period"])
    return both.astype({"period": "int64"})[[*keys, "period", column]]


def _by_period(rows: pd.DataFrame, column: str, reading: Reading) -> np.ndarray:
    """Return a column of rows of one item as an array by period, 0 to T: rows that name a period stand in the place of one for every period."""
    found = np.zeros(reading.plan.tables.problem.periods + 1)
    period, value = rows["period"].to_numpy(dtype=float, na_value=np.nan), rows[column].to_numpy(dtype=float)
    single = ~np.isnan(period)
    found[1:] = value[~single].sum()
    at = period[single].astype(np.intp)
    found[at] = 0.0
    np.add.at(found, at, value[single])
    return found


def _years(reading: Reading, stock: str, item: Stream | None, gone: np.ndarray) -> list[Year]:
    """Return the years of one stream; what is left at the end of the horizon is carried out as far as its rule allows."""
    world, tables = reading.world, reading.plan.tables
    into = _by_period(tables.inflows[tables.inflows["stock"] == stock], "amount", reading)
    opening, carry_over = (item.opening, item.carry_over) if item else (0.0, 0.0)
    into[1] -= opening
    own = (tables.transitions["from_stock"] == stock) & (tables.transitions["to_stock"] == stock)
    kept = _by_period(tables.transitions[own], "rate", reading)
    held = reading.held.loc[stock].to_numpy()
    told = f"{OVERSPENT}:{stock}"
    more = _by_period(tables.inflows[tables.inflows["stock"] == told], "amount", reading)
    owed = reading.held.loc[told].to_numpy() if item and told in reading.held.index else np.zeros_like(held)
    begins = list(first_periods(world))
    rows: list[Year] = []
    for first, following in zip(begins, [*begins[1:], None], strict=True):
        last = world.scenario.periods if following is None else following - 1
        share = carry_over if following is None else kept[following]
        lost = ((1 - kept[first + 1 : last + 1]) * held[first:last]).sum() - gone[first : last + 1].sum()
        carried_in, carried_out = kept[first] * held[first - 1] + (opening if first == 1 else 0.0), share * held[last]
        lapsed = lost + held[last] - carried_out
        budget = into[first : last + 1].sum() - more[first : last + 1].sum()
        carried_in, carried_out = carried_in - owed[first - 1], carried_out - owed[last]
        used = budget + carried_in - carried_out - lapsed
        sums = {"budget": budget, "carried_in": carried_in, "used": used, "carried_out": carried_out, "lapsed": lapsed}
        rows.append({"year": world.scenario.year_of(first)} | {name: float(pounds) for name, pounds in sums.items()})
    return rows
