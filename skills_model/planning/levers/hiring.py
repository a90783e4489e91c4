"""Recruit into funded posts by any route, as the market, the routes and a freeze allow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from skills_model.planning.levers.routes import first_day, routes
from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.levers.training import room_of
from skills_model.planning.stocks import skill_decay
from skills_model.planning.world import ESTABLISHMENT_PAY, World

EFFECT = ["lever", "stock", "lag", "amount"]
HELD_A_PERIOD = ("contract", "share")
"""Kinds of lever of which a unit lasts one period: a year of one FTE is as many units as a year has periods."""


def recruit(world: World) -> Tables:
    """Recruit into funded posts: staff after the delay, with the skills that the route brings, less those who leave in their first year.

    A unit is a request for one FTE. Of the requests a panel approves a share; only hires made cost anything. Pay follows the recruit: every
    row that adds or takes staff has a twin on the pay stream. Those on a fixed term leave at its end.
    """
    rows, approved = routes(world), world.assumptions.value("recruitment_approval_share")
    rows["price"] = approved * (rows["hired"] + rows["fee"] + rows["backfill"])
    held = first_day(world, rows)
    staff = _staff(world, rows, approved)
    skills = _with_staff(staff, held)
    learnt = _converted(world, rows, held, approved)
    # What is learnt may be there as the first leave: one row of effects says both.
    lasting = joined(staff, skills, learnt).groupby(["lever", "stock", "lag"], sort=False, as_index=False).agg(amount=("amount", "sum"))
    ended = _ended(world, rows[rows["term"] > 0], held, approved)
    gone = ended[ended["stock"].isin(rows["staff"])]
    paid = {"recruitment": "hired", "training": "fee", "backfill": "backfill"}
    charges = [charge(world, rows["lever"], account, approved * rows[cost]) for account, cost in paid.items()]
    limits = [_market(world, rows, approved), _starts(world, rows, approved), _freeze(world, rows)]
    return {
        "levers": levers(rows, "recruit"),
        "effects": joined(
            lasting,
            after(world, lasting[lasting["lever"].isin(rows.loc[rows["term"] == 0, "lever"])]),
            ended,
            _pay(world, rows, joined(staff, gone)),
            *charges,
        ),
        **limited(
            joined(*(part["limits"] for part in limits)),
            [_in_conversion(world, rows, held, approved), *(part["uses"] for part in limits)],
        ),
    }


def market_of(world: World, group: pd.DataFrame) -> pd.Series:
    """Return the limit on hires of a role family from outside."""
    return f"market:{world.code}:" + group["role_family"]


def maximum(world: World, every: pd.DataFrame) -> Tables:
    """Start in any year at most the FTE of a kind that the scenario allows; `every` has all levers of the tables: lever, kind."""
    year, limits, uses = world.scenario.periods_per_year, [], []
    for kind, most in world.scenario.levers.maximum.items():
        of_kind = every.loc[every["kind"] == kind, "lever"]
        if len(of_kind):
            name, amount = f"maximum:{kind}:{world.code}", 1 / year if kind in HELD_A_PERIOD else 1.0
            limits.append(every_period(pd.DataFrame({"limit": [name], "kind": "maximum"}), most))
            uses += [use(name, "lever", of_kind, amount, lag) for lag in range(year)]
    return limited(joined(*limits), uses) if limits else {}


def _market(world: World, rows: pd.DataFrame, approved: float) -> Tables:
    """Hire from outside in any year at most a share of the posts of a role family."""
    external = rows[rows["external"]]
    group = world.groups.assign(limit=market_of(world, world.groups), kind="market")
    group = group[group["role_family"].isin(external["role_family"])]  # a user's routes may leave a role family without any
    of_family = group.groupby(["limit", "kind", "role_family"], as_index=False).agg(posts=("posts", "sum"))
    amount = of_family.pop("posts") * world.assumptions.value("recruitment_market_share")
    return limited(every_period(of_family, amount), _hired_in_a_year(world, market_of(world, external), external, approved))


def _starts(world: World, rows: pd.DataFrame, approved: float) -> Tables:
    """Hire by a route in any year at most as many as it takes, over all role levels that it is open to."""
    rows = rows[rows["starts"].notna()]
    limit = rows[["starts_limit", "route", "starts"]].drop_duplicates("starts_limit").rename(columns={"starts_limit": "limit"})
    most = limit.pop("starts")
    return limited(every_period(limit.assign(kind="starts"), most), _hired_in_a_year(world, rows["starts_limit"], rows, approved))


def _freeze(world: World, rows: pd.DataFrame) -> Tables:
    """Ask nobody outside to join in the financial years that the scenario freezes; who was asked before may still start."""
    external = rows.loc[rows["external"], "lever"]
    frozen = [t for t in world.periods if len(external) and world.scenario.year_of(t) in world.scenario.levers.frozen]
    name = f"freeze:{world.code}"
    limit = pd.DataFrame({"limit": name, "kind": "freeze", "period": pd.array(frozen, dtype="Int64"), "amount": 0.0})
    return limited(limit, [use(name, "lever", external if frozen else external.iloc[:0], 1.0)])


def _staff(world: World, rows: pd.DataFrame, approved: float) -> pd.DataFrame:
    """Write who arrives, and who leaves in the first year; a term of a year or less ends before that counts."""
    year = world.scenario.periods_per_year
    arrive = pd.DataFrame({"lever": rows["lever"], "stock": rows["staff"], "lag": rows["delay"], "amount": approved})
    leave = arrive.assign(lag=rows["delay"] + year, amount=-approved * rows["early"])
    return joined(arrive, leave[(rows["early"] > 0) & ((rows["term"] == 0) | (rows["term"] > year))])


def _with_staff(staff: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Write the skills that come and go with staff."""
    rows = staff.drop(columns="stock").merge(held, on="lever")
    return rows.assign(amount=rows["amount"] * rows["share"]).loc[rows["share"] > 0, EFFECT]


def _gained(rows: pd.DataFrame, held: pd.DataFrame, completion: float) -> pd.DataFrame:
    """Return what clinical staff learn until they hold what recruits usually bring: lever, stock, below, rank, stay, delay, converts, gain."""
    converts = rows.loc[rows["converts"] > 0, ["lever", "stay", "delay", "converts"]]
    learns = converts.merge(held, on="lever")
    return learns.assign(gain=completion * (learns["usual"] - learns["share"]).clip(lower=0))


def _converted(world: World, rows: pd.DataFrame, held: pd.DataFrame, approved: float) -> pd.DataFrame:
    """Write the ranks that clinical staff reach by their courses."""
    gained = _gained(rows, held, world.assumptions.value("clinical_conversion_completion"))
    amount = approved * gained["gain"] * gained["stay"] ** gained["converts"]
    return gained.assign(lag=gained["delay"] + gained["converts"], amount=amount).loc[gained["gain"] > 0, EFFECT]


def _in_conversion(world: World, rows: pd.DataFrame, held: pd.DataFrame, approved: float) -> pd.DataFrame:
    """Keep room for those who learn on the job, so that nobody is trained to a rank twice.

    Whoever rises two ranks at once needs no room on the upper one beyond what is left to those who rise from the rank between.
    """
    gained = _gained(rows, held, world.assumptions.value("clinical_conversion_completion"))
    lower = gained.set_index(["lever", "stock"])["gain"]
    between = lower.reindex(pd.MultiIndex.from_frame(gained[["lever", "below"]])).fillna(0.0).to_numpy()
    learners = gained.assign(amount=approved * (gained["gain"] - between))
    learners = learners[learners["amount"] > 0]
    longest = int(learners["converts"].max()) if len(learners) else 0
    found = []
    for wait in range(longest):
        here = learners[learners["converts"] > wait]
        found.append(use(room_of(here), "lever", here["lever"], here["amount"]).assign(lag=here["delay"] + wait))
    return joined(*found) if found else use(room_of(learners), "lever", learners["lever"], learners["amount"])


def _pay(world: World, rows: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    pay = staff["lever"].map(rows.set_index("lever")["pay"]).astype(float)
    return staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-staff["amount"] * pay)


def _hired_in_a_year(world: World, limit: pd.Series, rows: pd.DataFrame, approved: float) -> list[pd.DataFrame]:
    return [use(limit, "lever", rows["lever"], approved, lag) for lag in range(world.scenario.periods_per_year)]


def _ended(world: World, rows: pd.DataFrame, held: pd.DataFrame, approved: float) -> pd.DataFrame:
    """Write who leaves at the end of a term, with skills: exactly who is left of a start by then. Nobody on a term counts after the horizon."""
    group = world.groups.reset_index().set_index("staff")["index"]
    found = [pd.DataFrame(columns=[*EFFECT, "period"])]
    for _, part in rows.groupby(["delay", "term"]):
        delay, term = int(part["delay"].iloc[0]), int(part["term"].iloc[0])
        of_staff = part[["lever", "staff", "early"]].assign(stock=part["staff"], below="", rank=0, share=1.0)
        items = joined(of_staff, held.merge(part[["lever", "staff", "early"]], on="lever"))
        items = items.assign(group=items["staff"].map(group), came=approved * items["share"])
        found += [_ended_of(world, items, start, delay, term) for start in range(1, world.scenario.periods - delay)]
    return joined(*found).astype({"lag": "Int64", "period": "Int64", "amount": float})


def _ended_of(world: World, items: pd.DataFrame, start: int, delay: int, term: int) -> pd.DataFrame:
    """Write the end of the terms that were asked for in one period and began before the last."""
    last, year, lost = world.scenario.periods, world.scenario.periods_per_year, skill_decay(world)
    arrived = start + delay
    place = pd.Series(range(len(items)), index=pd.MultiIndex.from_frame(items[["lever", "stock"]]))
    higher = np.flatnonzero((items["rank"] > 1).to_numpy())
    lower = place.reindex(pd.MultiIndex.from_frame(items.iloc[higher][["lever", "below"]])).to_numpy(dtype=np.intp)
    came = items["came"].to_numpy(dtype=np.float64)
    left = came
    for t in range(arrived + 1, min(arrived + term, last) + 1):
        if t - 1 == arrived + year:
            left = left - came * items["early"].to_numpy(dtype=np.float64)
        stay = world.nothing.stay[t].loc[items["group"]].to_numpy(dtype=np.float64)
        falls = lost * left[higher]
        left = left * (stay - lost * (items["rank"] > 0).to_numpy())
        np.add.at(left, lower, falls)
    names = pd.concat([world.groups.set_index("staff")["after"], world.ladder.set_index("stock")["after"]])
    gone = items[["lever", "stock"]].assign(lag=min(arrived + term, last) - start, amount=-left, period=start)
    in_time = [gone] if arrived + term <= last else []
    after_all = [gone.assign(stock=gone["stock"].map(names))] if arrived + term >= last else []
    ends = joined(*in_time, *after_all)
    return ends[ends["amount"] != 0]


PARTS: dict[str, Callable[[World], Tables]] = {"recruit": recruit}
