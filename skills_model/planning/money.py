"""Money of a plan as rows of the planning tables: streams, the accounts that levers draw on, and levers that move money between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from skills_model.planning.funding import Stream, coinvestment, levy_rules, pay_budget, streams, vacancy_money
from skills_model.planning.levers.rows import Tables, every_period, joined, limited, use
from skills_model.planning.stocks import first_periods
from skills_model.planning.world import ACCOUNTS, ESTABLISHMENT_PAY, World

GOAL = "money"
PENNY = 0.01  # pounds
STAGE = f"goal:{GOAL}"
"""Stage that says which stream pays, after all that decides what is done."""
EARLY, APART, WAIT = 0.1, 0.01, 0.01  # weights of the stage, each too small to change the order of streams
SOON = 2 * EARLY  # of every stream: more than what EARLY takes off for waiting


def money(world: World) -> Tables:
    """Write the streams and accounts: what they hold, what comes in, what is carried over, and which stream pays for what.

    A funding lever moves pounds from a stream to an account; an account holds nothing at the end of a period, so that what is moved is
    what levers draw. Its price stands on the levers that draw, so moving it costs nothing more. Apprenticeships that no levy money is left
    for are paid for with the government: a pound of another stream then gives 1 / (share that the employer pays) pounds to the account.
    Budgets stand in `inflows` and nowhere else, so that a solved plan can be solved again with others.
    """
    found = streams(world)
    fund = _funding(world, found)
    accounts, vacant = _accounts(world), _vacancy_share(world, fund)
    return {
        "stocks": _stocks(world, found),
        "transitions": _transitions(world, found),
        "inflows": joined(*(_inflow(world.money(item.id), _arrives(item)) for item in found), _pay_money(world)),
        "levers": fund[["lever", "funding_stream", "account", "kind", "unit_cost", "move_weight"]],
        "effects": _effects(world, fund),
        **{name: joined(rows, *(part[name] for part in vacant)) for name, rows in accounts.items()},
    }


def expiry(world: World) -> Tables:
    """Let money of streams that expire be lost when it is too old, the oldest first: what is left <= what came in during the last periods.

    What came in during the last n periods is a stock of its own, so that budgets stand in inflows alone. Money of period t can be spent up
    to period t + n, n being the `expiry` of its stream, and what is left of it then is lost.
    """
    found = [item for item in streams(world) if item.expiry is not None]
    if not found:
        return {}
    money_of, fresh = ([f"{part}:{item.id}:{world.code}" for item in found] for part in ("money", "fresh"))
    lever, name = ([f"{part}:{item.id}:{world.code}" for item in found] for part in ("expire", "unexpired"))
    ids = [item.id for item in found]
    levers = pd.DataFrame({"lever": lever, "funding_stream": ids, "kind": "expire", "unit_cost": 0.0, "move_weight": 0.0})
    limit = pd.DataFrame({"limit": name, "funding_stream": ids, "kind": "unexpired"})
    return {
        "stocks": pd.DataFrame({"stock": fresh, "funding_stream": ids, "kind": "fresh-money"}),
        "transitions": pd.DataFrame({"from_stock": fresh, "to_stock": fresh, "rate": 1.0}),
        "inflows": joined(*(_inflow(stock, _fresh(item, world)) for stock, item in zip(fresh, found, strict=True))),
        "levers": levers,
        "effects": pd.DataFrame({"lever": lever, "stock": money_of, "lag": 0, "amount": -1.0}),
        **limited(
            every_period(limit, 0.0),
            [use(pd.Series(name), "stock", pd.Series(money_of), 1.0), use(pd.Series(name), "stock", pd.Series(fresh), -1.0)],
        ),
    }


def capital_share(world: World) -> Tables:
    """Let capital pay at most the share of what contractors cost that finance confirms as project labour of an asset."""
    found = streams(world)
    paid = _funding(world, found).query("account == 'contract'")
    capital = paid["funding_stream"].isin([item.id for item in found if item.kind == "capital"])
    if not capital.any():
        return {}
    name, share = f"capital-share:{world.code}", world.assumptions.value("capital_labour_share")
    limit = pd.DataFrame({"limit": [name], "kind": "capital-share", "account": "contract"})
    return limited(every_period(limit, 0.0), [use(name, "lever", paid["lever"], capital.astype(float) - share)])


def order(world: World) -> Tables:
    """Say as a goal which stream pays first, so that cost by stream follows a rule and not a solver's accident.

    sum (rank(stream) * (1 + 0.1 * (T - t) / T) * (1 + 0.01 * account) + 0.2 * ranks * t / T) * pounds of the account, over the funding
    levers, and sum 0.01 * (T + 1 - t) * pounds that expire. Ranks follow `funding.streams`: expiring and restricted money first, hoped-for
    money last; the factors say when two periods or accounts could change places: the stream that is used first pays in the earlier one.
    The last term is the same whoever pays: it only says that, of starts that are equally good, those that are paid for earlier are made.
    """
    found, last = streams(world), world.scenario.periods
    fund = _funding(world, found)
    soon = SOON * (len(found) + 1)
    rank = {item.id: float(number) for number, item in enumerate(found, start=1)} | {ESTABLISHMENT_PAY: len(found) + 1.0}
    place = fund["account"].map({name: 1 + APART * number for number, name in enumerate(ACCOUNTS)}).astype(float)
    rows = []
    for t in world.periods:
        weight = fund["funding_stream"].map(rank) * place * (1 + EARLY * (last - t) / last) + soon * t / last
        rows.append(pd.DataFrame({"item": fund["lever"], "period": t, "amount": weight * _gives(world, fund, t)}))
        gone = [f"expire:{item.id}:{world.code}" for item in found if item.expiry is not None]
        rows.append(pd.DataFrame({"item": gone, "period": t, "amount": WAIT * (last + 1 - t)}))
    return {"goals": joined(*rows).assign(goal=GOAL, kind="lever")}


def _funding(world: World, found: tuple[Stream, ...]) -> pd.DataFrame:
    """Return the funding levers: lever, funding_stream, account, kind, and whether the account gets more than the stream gives."""
    pairs = [(item.id, account, item.kind != "levy" and account == "apprenticeship") for item in found for account in item.accounts]
    if world.assumptions.value("vacancy_development_share"):
        pairs += [(ESTABLISHMENT_PAY, account, account == "apprenticeship") for account in ACCOUNTS if account != "posts"]
    fund = pd.DataFrame(pairs, columns=["funding_stream", "account", "shared"])
    fund["lever"] = "fund:" + fund["funding_stream"] + ":" + fund["account"] + f":{world.code}"
    return fund.assign(kind="fund", unit_cost=0.0, move_weight=0.0)


def _gives(world: World, fund: pd.DataFrame, period: int) -> pd.Series:
    """Return the pounds that an account gets of each pound that a funding lever moves in a period."""
    return fund["shared"].map({True: 1 / coinvestment(world, period), False: 1.0}).astype(float)


def _effects(world: World, fund: pd.DataFrame) -> pd.DataFrame:
    """Take a pound from a stream and give it to an account; while other levy rules hold than at the end, rows of these periods say so."""
    account, last = fund["account"].map(world.account), world.scenario.periods
    into = pd.DataFrame({"lever": fund["lever"], "stock": account, "lag": 0, "amount": _gives(world, fund, last)})
    out = into.assign(stock=fund["funding_stream"].map(world.money), amount=-1.0)
    rules = levy_rules(world, last)
    other = [into.assign(period=t, amount=_gives(world, fund, t))[fund["shared"]] for t in world.periods if levy_rules(world, t) != rules]
    return joined(into, out, *other)


def _stocks(world: World, found: tuple[Stream, ...]) -> pd.DataFrame:
    ids = [*(item.id for item in found), ESTABLISHMENT_PAY]
    return joined(
        pd.DataFrame({"stock": [world.money(name) for name in ids], "kind": "money", "funding_stream": ids}),
        pd.DataFrame({"stock": [world.account(name) for name in ACCOUNTS], "kind": "account", "account": ACCOUNTS}),
    )


def _accounts(world: World) -> Tables:
    """Leave less than a penny in an account at the end of a period: what a solver rounds is not money, and nothing is gained by it."""
    accounts = pd.DataFrame({"account": ACCOUNTS, "stock": [world.account(name) for name in ACCOUNTS]})
    name = "spent-" + accounts["stock"]
    limit = pd.DataFrame({"limit": name, "kind": "account", "account": accounts["account"]})
    return limited(every_period(limit, PENNY), [use(name, "stock", accounts["stock"], 1.0)])


def _transitions(world: World, found: tuple[Stream, ...]) -> pd.DataFrame:
    """Keep unspent money within its year and carry the permitted share into the next. Unspent pay money lapses every period."""
    new_years = [t for t in first_periods(world) if t > 1]
    rows = [
        (world.money(item.id), world.money(item.id), share, period)
        for item in found
        for share, period in [(1.0, None), *((item.carry_over, t) for t in new_years)]
    ]
    return pd.DataFrame(rows, columns=["from_stock", "to_stock", "rate", "period"]).astype({"period": "Int64"})


def _vacancy_share(world: World, fund: pd.DataFrame) -> list[Tables]:
    """Let development have at most a share of the money of vacant posts, none by default; or else leavers would fund training."""
    paid = fund[fund["funding_stream"] == ESTABLISHMENT_PAY]
    if paid.empty:
        return []
    name, share = f"vacancy-money:{world.code}", world.assumptions.value("vacancy_development_share")
    limit = pd.DataFrame({"limit": name, "kind": "vacancy-money", "period": list(world.periods)})
    limit["amount"] = [share * vacancy_money(world, t) for t in world.periods]
    return [limited(limit, [use(name, "lever", paid["lever"], 1.0)])]


def _inflow(stock: str, arrives: Mapping[int, float]) -> pd.DataFrame:
    return pd.DataFrame({"stock": stock, "period": list(arrives), "amount": [float(pounds) for pounds in arrives.values()]})


def _arrives(item: Stream) -> dict[int, float]:
    """Return what can be spent from each period on: what comes in, and in the first one what was there before."""
    return {t: pounds + (item.opening if t == 1 else 0.0) for t, pounds in item.arrives.items()}


def _fresh(item: Stream, world: World) -> dict[int, float]:
    """Return how what came in during the last periods changes: by what comes in, less what came in too long ago."""
    n, came, arrives = item.expiry or 0, item.came, _arrives(item)
    return {t: arrives.get(t, 0.0) - came.get(t - n, 0.0) for t in world.periods}


def _pay_money(world: World) -> pd.DataFrame:
    """Write the pay budget of each period, less the pay of staff known to be on their way."""
    arriving = world.nothing.arriving.mul(world.groups["pay"], axis=0).sum()
    return _inflow(world.money(ESTABLISHMENT_PAY), {t: pay_budget(world, t) - float(arriving[t]) for t in world.periods})


PARTS: dict[str, Callable[[World], Tables]] = {"money": money, "expiry": expiry, "capital-share": capital_share, "money-order": order}
