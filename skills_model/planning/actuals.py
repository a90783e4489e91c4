"""A plan made again from what was really done: what is over stands as it was, what is begun stays, the rest is free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.tables import PlanningTables
from skills_model.errors import DataError, Fault
from skills_model.planning.funding import COMMITTED, streams
from skills_model.planning.world import DEVELOPMENT, World

STAGE = "goal:overspend"
GOAL, LEVER, BEYOND, AHEAD, KIND = "overspend", "overspend:", "beyond:", "ahead:", "overspend"
OVERSPENT = "overspent"
"""Kind of the stocks that say how much of a stream or an account is overspent, and not made good yet; they do nothing."""
BORNE, LATER = 0.001, 0.01
"""Pounds that a pound taken out of a later year is taken for where what is missing is kept small, and how much more in each next stream."""
BEARING = ("revenue", "trust contribution")
"""Kinds of streams that an overspending is taken out of: what is given for one purpose or year, or has expired, cannot be spent ahead."""
WORTH = 10_000.0
"""Pounds that a unit beyond a limit on people, places or time is taken for, where what is missing is kept small; pay counts itself."""
MONEY_STOCKS, MONEY_LEVERS = ("money", "account"), ("fund", "expire", "miss", "overspend")
UNPRICED = "account:support:"
"""Where pounds go that were spent on a line that has no price of its own."""
RECORDED = ("line", "period", "amount", "cost")
SLIGHT = 1e-7
"""Relative room that a limit gets beside what is already done: a solver's own tolerance."""
SMALLEST_SUM = 0.005
"""Pounds; what is less is a computer's rounding."""
SHORTEST = 1e-6
"""FTE below 0 from which staff or skills are said to be missing, and not a computer's rounding."""


@dataclass(frozen=True, eq=False)
class Followed:
    """Planning tables that follow what was done.

    tables     the tables to solve: periods up to `until` are what they were, later starts that are begun are the least
    crowded    limit, period: later rows of limits on people, places and time that what is done and begun breaks where nothing else is done
    until      the last period that stands as it was
    unstarted  pounds spent without a start: line, period, pounds; charged to the accounts of the line
    """

    tables: PlanningTables
    crowded: pd.DataFrame
    until: int
    unstarted: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Missing:
    """What what is done and begun lacks, whatever else is done: it can only be told, not undone.

    ahead  pounds that a stream lacks in a year and that its next money bears: stock, period, back (the period of that money), pounds
    money  pounds beyond that, which no stream has: spent_on (an account, or establishment-pay), period, pounds
    room   by how much a limit is broken: limit, period, amount
    """

    ahead: pd.DataFrame
    money: pd.DataFrame
    room: pd.DataFrame

    @property
    def nothing(self) -> bool:
        """Tell whether nothing is missing."""
        return self.ahead.empty and self.money.empty and self.room.empty


def follow(tables: PlanningTables, recorded: pd.DataFrame, until: int) -> Followed:
    """Write the tables of a plan again, with what is recorded in the place of what is over.

    `recorded` has line (a lever), period, amount (FTE started) and cost (pounds; missing: as priced). Records of periods up to `until` are
    what was done, and a lever without one did nothing; records of later periods are starts already begun, the least that the plan may have.
    Limits on people, places and time no longer hold in what is over; money is drawn at what was really paid. Where later limits or money
    cannot bear it, `missing` asks by how much at least, and `covered` lets that be there, so that there is always a balance. Raises
    DataError for every record that no plan could follow.
    """
    _check(tables, recorded, until)
    starts = recorded.groupby(["line", "period"], as_index=False).agg(amount=("amount", "sum"))
    actions = starts.rename(columns={"line": "lever"}).astype({"period": "int64"})
    _check_people(tables, actions)
    frames = tables.frames()
    frames["limits"] = _lifted(tables, until)
    frames["lever_periods"] = _lever_periods(tables, actions, until)
    frames, unstarted = _priced(tables, frames, recorded)
    return Followed(PlanningTables.from_frames(tables.problem, frames), _crowded(tables, actions, until), until, unstarted)


def bearing(world: World) -> tuple[str, ...]:
    """Return the streams whose later money bears what was overspent, the first one first: development, then other committed money of one's own."""
    own = [item.id for item in streams(world) if item.status == COMMITTED and item.kind in BEARING and item.expiry is None]
    return tuple(sorted(own, key=lambda name: name != DEVELOPMENT))


def missing(followed: Followed, bearing: Sequence[str] = (DEVELOPMENT,)) -> PlanningTables:
    """Write the question what is missing at least: money, and room in the crowded limits; nothing else is wanted.

    What a stream of `bearing` lacks its next money bears, as long as there is any: overspending of a year is taken out of the next.

    Only what by itself gives money or room may be done beside what must be, such as ending cover as a recruit arrives; so it is answered
    soon. What would help only by way of something else is left out, and can but make a little more missing.
    """
    tables = followed.tables
    frames = _with_room(followed, _with_overspending(tables, _with_next_money(tables, tables.frames(), bearing)))
    held = ~tables.levers["kind"].isin(MONEY_LEVERS) & ~tables.levers["lever"].isin(_relieving(followed))
    still = set(tables.levers.loc[held, "lever"])
    frames |= {name: _at_least(frames[name], still) for name in ("levers", "lever_periods")}
    return PlanningTables.from_frames(replace(tables.problem, stages=(STAGE,)), frames)


def _at_least(rows: pd.DataFrame, levers: set[str]) -> pd.DataFrame:
    """Hold levers to their minimum."""
    return rows.assign(maximum=rows["maximum"].where(~rows["lever"].isin(levers), rows["minimum"].fillna(0.0)))


def _relieving(followed: Followed) -> set[str]:
    """Return the levers that bring in money, or use less than nothing of a crowded limit, themselves or by their effects on its stocks."""
    tables = followed.tables
    money = tables.stocks.loc[tables.stocks["kind"].isin(MONEY_STOCKS), "stock"]
    effects, uses = tables.effects, tables.uses[tables.uses["limit"].isin(followed.crowded["limit"])]
    sense = tables.limits.drop_duplicates("limit").set_index("limit")["sense"]
    uses = uses.assign(amount=uses["amount"] * _way(uses["limit"].map(sense)))
    signs = uses.assign(sign=np.sign(uses["amount"]))[["item", "sign"]].drop_duplicates()
    on_stocks = effects.assign(sign=-np.sign(effects["amount"])).merge(signs, left_on=["stock", "sign"], right_on=["item", "sign"])
    giving = effects.loc[(effects["amount"] > 0) & effects["stock"].isin(money), "lever"]
    direct = uses.loc[(uses["kind"] == "lever") & (uses["amount"] < 0), "item"]
    return {*giving, *direct, *on_stocks["lever"]}


def found_missing(plan: Plan) -> Missing:
    """Read the answer of `missing`."""
    rows, effects = plan.actions, plan.tables.effects
    ahead = rows[rows["lever"].str.startswith(AHEAD) & (rows["amount"] >= SMALLEST_SUM)]
    ahead = ahead[["lever", "period", "amount"]].merge(effects[effects["amount"] < 0].astype({"period": "Int64"}), on=["lever", "period"])
    money = rows[rows["lever"].str.startswith(LEVER) & (rows["amount"] >= SMALLEST_SUM)]
    room = rows[rows["lever"].str.startswith(BEYOND) & (rows["amount"] >= SHORTEST)]
    spent_on = money["lever"].str.removeprefix(LEVER).str.split(":").str[0]
    return Missing(
        pd.DataFrame(
            {"stock": ahead["stock"], "period": ahead["period"], "back": ahead["period"] + ahead["lag"], "pounds": ahead["amount_x"]}
        ).reset_index(drop=True),
        pd.DataFrame({"spent_on": spent_on, "period": money["period"], "pounds": money["amount"]}).reset_index(drop=True),
        pd.DataFrame({"limit": room["lever"].str.removeprefix(BEYOND), "period": room["period"], "amount": room["amount"]}).reset_index(
            drop=True
        ),
    )


def covered(followed: Followed, lacking: Missing) -> PlanningTables:
    """Return the tables to solve with the money and the room that are missing, so that there is a plan.

    A stock of its own says of each stream and account how many pounds it has so that nobody gave it, at the end of each period: without it
    what a later year lacks would read as a smaller budget.
    """
    tables = followed.tables
    if lacking.nothing:
        return tables
    frames, paying, over, ahead = tables.frames(), _paying(tables), lacking.money, lacking.ahead
    names = dict(zip(_overspending(paying).str.removeprefix(LEVER).str.split(":").str[0], paying["stock"], strict=True))
    into = pd.DataFrame({"stock": over["spent_on"].map(names), "period": over["period"].astype("Int64"), "amount": over["pounds"]})
    there = pd.DataFrame({"stock": ahead["stock"], "period": ahead["period"], "amount": ahead["pounds"]})
    gone = pd.DataFrame({"stock": ahead["stock"], "period": ahead["back"], "amount": -ahead["pounds"]})
    more = pd.concat([into, *(rows.astype({"period": "Int64"}) for rows in (there, gone))], ignore_index=True)
    told = more.assign(stock=OVERSPENT + ":" + more["stock"])
    frames["inflows"] = _added(frames["inflows"], pd.concat([more, told]))
    about = tables.stocks[tables.stocks["stock"].isin(more["stock"])]
    about = about.assign(stock=OVERSPENT + ":" + about["stock"], opening=0.0, unit_cost=0.0, kind=OVERSPENT)
    stays = pd.DataFrame({"from_stock": about["stock"], "to_stock": about["stock"], "rate": 1.0})
    frames["stocks"], frames["transitions"] = _below(frames["stocks"], about), _below(frames["transitions"], stays)
    frames["limits"] = _widened(tables, lacking.room)
    return PlanningTables.from_frames(tables.problem, frames)


def in_progress(tables: PlanningTables, recorded: pd.DataFrame, before: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return starts of an earlier plan as `history` of a plan that starts with its period `before`, and those it has no lever for.

    history: lever, period (0 is the period before the start), amount. What has arrived by then has no effect any more, so that only what is
    still in progress counts: people in training for room and release, recruits on their way.
    """
    starts = recorded[(recorded["amount"] > 0) & (recorded["period"] < before)]
    history = pd.DataFrame({"lever": starts["line"], "period": starts["period"].astype("int64") - before + 1, "amount": starts["amount"]})
    known = history["lever"].isin(tables.levers["lever"])
    added = history[known].groupby(["lever", "period"], as_index=False).agg(amount=("amount", "sum"))
    return added, history[~known].reset_index(drop=True)


def with_history(tables: PlanningTables, history: pd.DataFrame) -> Followed:
    """Return the tables with starts in progress, to be asked what these lack as after `follow`."""
    frames = tables.frames()
    frames["history"] = pd.concat([frames["history"], history], ignore_index=True)
    begun = PlanningTables.from_frames(tables.problem, frames)
    nothing = pd.DataFrame({"lever": [], "period": [], "amount": []})
    return Followed(begun, _crowded(begun, nothing, 0), 0, pd.DataFrame({"line": [], "period": [], "pounds": []}))


# What cannot be


def _check(tables: PlanningTables, recorded: pd.DataFrame, until: int) -> None:
    """Raise DataError for lines and periods that the plan does not have, numbers below 0, and records of money alone."""
    money = set(tables.levers.loc[tables.levers["kind"].isin(MONEY_LEVERS), "lever"])
    known = set(tables.levers["lever"]) - money
    last = tables.problem.periods
    faults = [] if 0 <= until <= last else [Fault("Period out of range", "plan", column="until", found=str(until), allowed=f"0 to {last}")]
    for line, period, amount, cost in recorded[list(RECORDED)].itertuples(index=False):
        where = f"{line}, period {period}"
        if line not in known:
            faults.append(_wrong("Unknown line", where, "line", repr(line), "a line of the plan", "Correct the line."))
        if not 1 <= period <= last:
            faults.append(_wrong("Period out of range", where, "period", str(period), f"1 to {last}", "Correct the period."))
        for column, value in (("amount", amount), ("cost", cost)):
            if not (0 <= value < np.inf or (column == "cost" and np.isnan(value))):
                faults.append(_wrong("Number that cannot be", where, column, f"{value:g}", "0 or more", "Correct the number."))
    if faults:
        raise DataError(faults)


def _wrong(problem: str, where: str, column: str, found: str, allowed: str, action: str) -> Fault:
    return Fault(problem, "actual", column=column, found=f"{found} ({where})", allowed=allowed, action=action)


def _check_people(tables: PlanningTables, actions: pd.DataFrame) -> None:
    """Raise DataError where what is recorded moves more people, or ends more cover, than there are."""
    people = tables.stocks.loc[~tables.stocks["kind"].isin(MONEY_STOCKS), "stock"]
    before, after = (project(tables, done).loc[people] for done in (None, actions))
    least = after.where(before >= -SHORTEST, np.inf).min(axis=1)
    if (least >= -SHORTEST).all():
        return
    taking = tables.effects[(tables.effects["amount"] < 0) & tables.effects["lever"].isin(actions.loc[actions["amount"] > 0, "lever"])]
    faults = [
        _wrong(
            "More people than there are",
            f"{', '.join(sorted(set(taking.loc[taking['stock'] == stock, 'lever'])))}",
            "amount",
            f"{-short:,.2f} FTE more than {stock} holds",
            "at most the people there",
            "Correct what was started.",
        )
        for stock, short in least[least < -SHORTEST].items()
    ]
    raise DataError(faults)


# Levers and limits


def _lever_periods(tables: PlanningTables, actions: pd.DataFrame, until: int) -> pd.DataFrame:
    """Fix the levers that people pull in what is over, and hold later starts to at least what is begun; money stays free."""
    levers = tables.levers.loc[~tables.levers["kind"].isin(MONEY_LEVERS), "lever"]
    over = pd.MultiIndex.from_product([levers, range(1, until + 1)], names=["lever", "period"])
    begun = actions[actions["period"] > until].set_index(["lever", "period"])["amount"]
    done = actions[actions["period"] <= until].set_index(["lever", "period"])["amount"].reindex(over, fill_value=0.0)
    old = tables.lever_periods
    named = old[old["period"].notna()].astype({"period": "int64"}).set_index(["lever", "period"])
    rows = pd.DataFrame(index=named.index.union(over).union(begun.index)).join(named)
    for column in ("minimum", "maximum"):
        rows.loc[over, column] = done
    rows.loc[over, "whole"] = False  # what was done need not be whole
    if len(begun):
        most = _in_force(tables, begun.index, "maximum").fillna(np.inf)
        least = _in_force(tables, begun.index, "minimum").fillna(0.0)
        rows.loc[begun.index, "minimum"] = np.maximum(least, begun)
        rows.loc[begun.index, "maximum"] = np.maximum(most, begun)
        broken = begun.index[(begun != begun.round()).to_numpy()]
        rows.loc[broken, "whole"] = False  # a part-time start that is begun cannot be made whole
    return pd.concat([old[old["period"].isna()], rows.reset_index().astype({"period": "Int64"})[old.columns]], ignore_index=True)


def _in_force(tables: PlanningTables, at: pd.Index, column: str) -> pd.Series:
    """Return a term of use of levers in periods: the row of the period, else the every-period row, else the lever's own."""
    of_period = tables.lever_periods
    every, named = of_period[of_period["period"].isna()], of_period[of_period["period"].notna()]
    lever = pd.Series(at.get_level_values("lever"), at)
    usual = lever.map(tables.levers.set_index("lever")[column])
    always = lever.map(every.set_index("lever")[column])
    own = named.astype({"period": "int64"}).set_index(["lever", "period"])[column].reindex(at)
    return own.fillna(always).fillna(usual).astype("float64")


def _lifted(tables: PlanningTables, until: int) -> pd.DataFrame:
    """Lift the limits on people, places and time in what is over."""
    limits = tables.limits
    own = limits["limit"].isin(_own_limits(tables))
    rows = _spread(limits[own], ["limit"], range(1, tables.problem.periods + 1))
    over = rows["period"] <= until
    rows = rows.assign(amount=rows["amount"].where(~over, np.inf), sense=rows["sense"].where(~over, "<="))
    return pd.concat([limits[~own], rows.astype({"period": "Int64"})[limits.columns]], ignore_index=True)


def _crowded(tables: PlanningTables, actions: pd.DataFrame, until: int) -> pd.DataFrame:
    """Return the later rows of limits on people, places and time that actions and history alone break: limit, period."""
    limits = tables.limits[tables.limits["limit"].isin(_own_limits(tables))]
    rows = _spread(limits, ["limit"], range(1, tables.problem.periods + 1)).dropna(subset="amount")
    used = _used(tables, actions, limits["limit"].drop_duplicates())
    used_there = used.reindex(pd.MultiIndex.from_frame(rows[["limit", "period"]]), fill_value=0.0).to_numpy()
    over = (used_there - rows["amount"].to_numpy(dtype="float64")) * _way(rows["sense"])
    broken: NDArray[np.bool_] = (over > SLIGHT * np.maximum(1.0, np.abs(used_there))) & (rows["period"] > until).to_numpy()
    return rows[["limit", "period"]][broken].reset_index(drop=True)


def _way(sense: pd.Series) -> NDArray[np.float64]:
    """Return 1 for limits that are at most their amount, -1 for those that are at least it."""
    return np.where((sense == ">=").to_numpy(), -1.0, 1.0)


def _with_room(followed: Followed, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Let crowded limits be broken, each in its periods, at a price in the goal."""
    if followed.crowded.empty:
        return frames
    tables, crowded = followed.tables, followed.crowded
    first = tables.limits.drop_duplicates("limit").set_index("limit").loc[crowded["limit"].unique()]
    lever = BEYOND + pd.Series(first.index, dtype="str")
    attributes = [name for name in tables.problem.attributes if name not in ("kind", "rank")]
    rows = first[attributes].reset_index(drop=True).assign(lever=lever, unit_cost=0.0, maximum=0.0, move_weight=0.0, kind=KIND)
    in_periods = crowded.assign(lever=BEYOND + crowded["limit"], maximum=np.inf)[["lever", "period", "maximum"]]
    uses = pd.DataFrame({"limit": first.index, "kind": "lever", "item": lever, "amount": -_way(first["sense"]), "lag": 0})
    worth = np.where((first["kind"] == "after-pay").to_numpy(), 1.0, WORTH)
    goals = pd.DataFrame({"goal": GOAL, "kind": "lever", "item": lever, "amount": worth})
    adding = {"levers": rows, "lever_periods": in_periods, "uses": uses, "goals": goals}
    return frames | {name: _below(frames[name], more) for name, more in adding.items()}


def _widened(tables: PlanningTables, room: pd.DataFrame) -> pd.DataFrame:
    """Give limits the room that is missing."""
    limits = tables.limits
    named = limits["limit"].isin(room["limit"])
    rows = _spread(limits[named], ["limit"], range(1, tables.problem.periods + 1))
    more = room.set_index(["limit", "period"])["amount"].reindex(pd.MultiIndex.from_frame(rows[["limit", "period"]])).fillna(0.0).to_numpy()
    slight = np.where(more > 0, SLIGHT * np.maximum(1.0, rows["amount"].abs().to_numpy(dtype="float64")), 0.0)
    rows["amount"] += (more + slight) * _way(rows["sense"])
    return pd.concat([limits[~named], rows.astype({"period": "Int64"})[limits.columns]], ignore_index=True)


def _own_limits(tables: PlanningTables) -> set[str]:
    """Return the limits on people, places and time: those that use no money and no shortfall, which can always be met."""
    money = {*tables.levers.loc[tables.levers["kind"].isin(MONEY_LEVERS), "lever"]}
    money |= {*tables.stocks.loc[tables.stocks["kind"].isin(MONEY_STOCKS), "stock"]}
    uses = tables.uses
    others = uses["item"].isin(money) | ~uses["kind"].isin(("lever", "stock"))
    return set(uses["limit"]) - set(uses.loc[others, "limit"])


def _used(tables: PlanningTables, actions: pd.DataFrame, limits: pd.Series) -> pd.Series:
    """Return what actions, history and the stocks that follow use of limits: index limit and period."""
    uses = tables.uses[tables.uses["limit"].isin(limits)]
    rows = _spread(uses, ["limit", "kind", "item", "lag"], range(1, tables.problem.periods + 1))
    rows["at"] = rows["period"].astype("int64") - rows["lag"].fillna(0).astype("int64")
    started = pd.concat([tables.history, actions], ignore_index=True).groupby(["lever", "period"])["amount"].sum()
    stocks = project(tables, actions if len(actions) else None)
    of_lever = (rows["kind"] == "lever").to_numpy()
    value = np.zeros(len(rows))
    at = pd.MultiIndex.from_frame(rows.loc[of_lever, ["item", "at"]].astype({"at": "int64"}))
    value[of_lever] = started.reindex(at.set_names(["lever", "period"]), fill_value=0.0).to_numpy()
    held = rows[~of_lever]
    value[~of_lever] = stocks.to_numpy()[stocks.index.get_indexer(pd.Index(held["item"])), held["at"].clip(lower=0).to_numpy()]
    return (rows["amount"] * value).groupby([rows["limit"], rows["period"]]).sum()


def _spread(rows: pd.DataFrame, key: list[str], periods: range) -> pd.DataFrame:
    """Repeat every-period rows for each period that no row of the same key names."""
    named = rows[rows["period"].notna()].astype({"period": "int64"})
    every = rows[rows["period"].isna()].drop(columns="period").merge(pd.DataFrame({"period": periods}), how="cross")
    both = pd.concat([named, every], ignore_index=True)  # of two rows the named one comes first and stays
    return both.drop_duplicates([*key, "period"]).astype({"period": "int64"}).reset_index(drop=True)


# Money


def _priced(
    tables: PlanningTables, frames: dict[str, pd.DataFrame], recorded: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Draw what was really paid: a start's price in its period, or, where nothing was started, money that leaves its accounts."""
    paid = (
        recorded[recorded["cost"].notna()].groupby(["line", "period"], as_index=False).agg(amount=("amount", "sum"), cost=("cost", "sum"))
    )
    if paid.empty:
        return frames, pd.DataFrame({"line": [], "period": [], "pounds": []})
    at = pd.MultiIndex.from_frame(paid[["line", "period"]].astype({"period": "int64"}), names=["lever", "period"])
    paid["priced"] = _in_force(tables, at, "unit_cost").fillna(0.0).to_numpy() * paid["amount"]
    scaled, alone = paid[paid["priced"] > 0], paid[(paid["priced"] <= 0) & (paid["cost"] > 0)]
    times = (scaled["cost"] / scaled["priced"]).to_numpy()
    draws = _draws(tables)
    frames["effects"] = _effects(tables, draws, scaled.assign(times=times))
    frames["lever_periods"] = _prices(frames["lever_periods"], scaled)
    frames["inflows"] = _outflows(tables, frames["inflows"], draws, alone)
    return frames, alone[["line", "period"]].assign(pounds=alone["cost"]).reset_index(drop=True)


def _draws(tables: PlanningTables) -> pd.DataFrame:
    """Return the effects of levers on accounts."""
    accounts = tables.stocks.loc[tables.stocks["kind"] == "account", "stock"]
    return tables.effects[tables.effects["stock"].isin(accounts)]


def _effects(tables: PlanningTables, draws: pd.DataFrame, scaled: pd.DataFrame) -> pd.DataFrame:
    """Write the draws of a line in a period anew, so many times what they are priced at."""
    key = ["lever", "stock", "lag"]
    rows = draws.merge(scaled[["line", "period", "times"]].rename(columns={"line": "lever", "period": "start"}), on="lever")
    rows = rows[rows["period"].isna() | (rows["period"] == rows["start"])]
    rows = rows.sort_values("period", na_position="last", kind="stable").drop_duplicates([*key, "start"])
    rows = rows.assign(period=rows["start"].astype("Int64"), amount=rows["amount"] * rows["times"])
    return pd.concat([rows[tables.effects.columns], tables.effects]).drop_duplicates([*key, "period"]).reset_index(drop=True)


def _prices(lever_periods: pd.DataFrame, scaled: pd.DataFrame) -> pd.DataFrame:
    unit = scaled.assign(lever=scaled["line"], unit_cost=scaled["cost"] / scaled["amount"])[["lever", "period", "unit_cost"]]
    merged = lever_periods.merge(unit.astype({"period": "Int64"}), on=["lever", "period"], how="outer", suffixes=("", "_paid"))
    merged["unit_cost"] = merged.pop("unit_cost_paid").fillna(merged["unit_cost"])
    return merged[lever_periods.columns]


def _outflows(tables: PlanningTables, inflows: pd.DataFrame, draws: pd.DataFrame, alone: pd.DataFrame) -> pd.DataFrame:
    """Take pounds without a start from the accounts that the line draws on, in proportion; from support where it draws on none."""
    parts = draws.groupby(["lever", "stock"])["amount"].sum()
    support = next(iter(tables.stocks.loc[tables.stocks["stock"].str.startswith(UNPRICED), "stock"]), None)
    rows = []
    for line, period, cost in alone[["line", "period", "cost"]].itertuples(index=False):
        of_line = parts.loc[line] if line in parts.index.get_level_values("lever") else pd.Series({support: -1.0})
        rows += [(stock, period, -cost * share) for stock, share in (of_line / of_line.sum()).items()]
    taken = pd.DataFrame(rows, columns=["stock", "period", "amount"]).astype({"period": "Int64", "amount": "float64"})
    return _added(inflows, taken)


def _added(inflows: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Add money that comes in, or goes out, to what comes in already."""
    return pd.concat([inflows, more]).groupby(["stock", "period"], as_index=False, dropna=False).agg(amount=("amount", "sum"))


def _paying(tables: PlanningTables) -> pd.DataFrame:
    """Return the stocks from which anything is paid: the accounts, and the pay of funded posts."""
    stocks = tables.stocks
    return stocks[(stocks["kind"] == "account") | stocks["stock"].str.startswith("money:establishment-pay:")]


def _overspending(paying: pd.DataFrame) -> pd.Series:
    return LEVER + paying["stock"].str.partition(":")[2]


def _with_next_money(tables: PlanningTables, frames: dict[str, pd.DataFrame], bearing: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Let a stream have money of the next period in which some comes in, and lack it there."""
    stocks = tables.stocks[(tables.stocks["kind"] == "money") & tables.stocks["funding_stream"].isin(bearing)]
    if stocks.empty:
        return frames
    place = stocks["funding_stream"].map({name: number for number, name in enumerate(bearing)})
    lever = AHEAD + stocks["stock"].str.partition(":")[2]
    inflows = _spread(tables.inflows, ["stock"], range(1, tables.problem.periods + 1))
    comes = {stock: sorted(inflows.loc[(inflows["stock"] == stock) & (inflows["amount"] > 0), "period"]) for stock in stocks["stock"]}
    when = pd.DataFrame(
        [
            (name, stock, t, min(later) - t)
            for name, stock in zip(lever, stocks["stock"], strict=True)
            for t in range(1, tables.problem.periods + 1)
            if (later := [period for period in comes[stock] if period > t])
        ],
        columns=["lever", "stock", "period", "lag"],
    ).astype({"period": "Int64"})
    attributes = [name for name in tables.problem.attributes if name not in ("kind", "rank")]
    adding = {
        "levers": stocks[attributes].assign(lever=lever, unit_cost=0.0, maximum=0.0, move_weight=0.0, kind=KIND),
        "lever_periods": when[["lever", "period"]].assign(maximum=np.inf),
        "effects": pd.concat([pd.DataFrame({"lever": lever, "stock": stocks["stock"], "lag": 0, "amount": 1.0}), when.assign(amount=-1.0)]),
        "goals": pd.DataFrame({"goal": GOAL, "kind": "lever", "item": lever, "amount": BORNE * (1 + LATER * place)}),
    }
    return frames | {name: _below(frames[name], more) for name, more in adding.items()}


def _with_overspending(tables: PlanningTables, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Let money be missing, and make keeping that small the goal."""
    paying = _paying(tables)
    lever = _overspending(paying)
    attributes = [name for name in tables.problem.attributes if name not in ("kind", "rank")]
    rows = paying[attributes].assign(lever=lever, unit_cost=0.0, move_weight=0.0, kind=KIND)
    effects = pd.DataFrame({"lever": lever, "stock": paying["stock"], "lag": 0, "amount": 1.0})
    goal = pd.DataFrame({"goal": GOAL, "kind": "lever", "item": lever, "amount": 1.0})
    adding = {"levers": rows, "effects": effects, "goals": goal}
    return frames | {name: _below(frames[name], more) for name, more in adding.items()}


def _below(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Write rows below a table, in its columns and types."""
    typed: Callable[[pd.Series], pd.Series] = lambda column: column.astype(frame[column.name].dtype)  # noqa: E731
    rows = more.reindex(columns=frame.columns)
    return pd.concat([frame, rows.apply(typed)], ignore_index=True) if len(frame) else rows
