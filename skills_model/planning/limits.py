"""What limits the levers: people, seats, time, posts, pay and the market; each gives rows of `limits` and of `uses`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.planning.stocks import cover_pay, pay_funded
from skills_model.planning.world import QUARTERS_A_YEAR, World

Tables = dict[str, pd.DataFrame]


def room(world: World) -> Tables:
    """Train only people at the rank below who are not at this one: in training + stock(rank) - stock(rank below) <= 0.

    It also keeps the ranks nested, since nobody can hold a rank without the one below.
    """
    rung = world.ladder
    name = "room:" + rung["stock"].str.removeprefix("skill:")
    limit = rung[["role_family", "role_level", "skill", "rank"]].assign(limit=name, kind="room")
    in_training = _in_training(world, name, pd.Series(1.0, index=rung.index))
    return _limited(
        _every_period(limit, 0.0), [*in_training, _use(name, "stock", rung["stock"], 1.0), _use(name, "stock", rung["below"], -1.0)]
    )


def seats(world: World) -> Tables:
    """Fill at most the seats of a course, over all groups: a course is one skill and rank."""
    rung = world.ladder
    name = f"seats:{world.code}:" + rung["skill"] + ":" + rung["rank"].astype(str)
    limit = rung[["skill", "rank"]].assign(limit=name, kind="seats").drop_duplicates("limit")
    places = world.assumptions.value("course_seats") * QUARTERS_A_YEAR / world.scenario.periods_per_year
    return _limited(_every_period(limit, places), [_use(name, "lever", rung["train"], 1.0)])


def release(world: World) -> Tables:
    """Release at most a share of a group's working time: hours away, spread evenly over the lead time, against the staff there then."""
    rung = world.ladder
    group = world.groups[world.groups["role_level"].isin(rung["role_level"])]
    name = "release:" + group["staff"].str.removeprefix("staff:")
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="release")
    time = world.assumptions.value("working_hours") / world.scenario.periods_per_year * world.assumptions.value("release_share")
    away = _in_training(world, "release:" + rung["staff"].str.removeprefix("staff:"), world.training_hours() / world.training_time())
    return _limited(_every_period(limit, 0.0), [*away, _use(name, "stock", group["staff"], -time)])


def posts(world: World) -> Tables:
    """Fill at most the funded posts with staff, cover and contractors, or as many as doing nothing leaves where that is more."""
    group, staff = world.groups, world.nothing.staff
    name = group["posts-limit"]
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="posts")
    rows = [limit.assign(period=t, amount=group["budgeted_fte"].clip(lower=staff[t] + group["cover_fte"])) for t in world.periods]
    filled = (("stock", "staff"), ("stock", "cover"), ("lever", "contract"))
    return _limited(pd.concat(rows, ignore_index=True), [_use(name, kind, group[item], 1.0) for kind, item in filled])


def in_place(world: World) -> Tables:
    """End cover only as staff take its place: never fewer staff and cover than doing nothing leaves."""
    covered = world.groups[world.groups["cover_fte"] > 0]
    staff = world.nothing.staff.loc[covered.index]
    name = "in-place:" + covered["staff"].str.removeprefix("staff:")
    limit = covered[["role_family", "role_level"]].assign(limit=name, kind="in-place", sense=">=")
    rows = [limit.assign(period=t, amount=staff[t] + covered["cover_fte"]) for t in world.periods]
    uses = [_use(name, "stock", covered["staff"], 1.0), _use(name, "stock", covered["cover"], 1.0)]
    return _limited(pd.concat(rows, ignore_index=True), uses)


def after_horizon(world: World) -> Tables:
    """Hold what arrives after the horizon within funded posts, and all pay then within the pay budget: no hiring is free at the end."""
    group, last = world.groups, world.scenario.periods
    left = world.nothing.staff[last]
    name, pay = "after-" + group["posts-limit"], f"after-pay:{world.code}"
    filled = group[["role_family", "role_level"]].assign(limit=name, kind="after-posts", amount=group["budgeted_fte"].clip(lower=left))
    paid = pd.DataFrame({"limit": [pay], "kind": "after-pay", "amount": pay_funded(world, left)})
    uses = [
        _use(name, "stock", group["after"], 1.0),
        _use(pay, "stock", group["after"], group["pay"]),
        _use(pay, "stock", group["cover"], cover_pay(world)),
    ]
    return _limited(pd.concat([filled, paid], ignore_index=True).assign(period=last), uses)


def market(world: World) -> Tables:
    """Hire in any year at most a share of the posts of a role family."""
    group = world.groups
    name = f"market:{world.code}:" + group["role_family"]
    of_family = (
        group.assign(limit=name, kind="market").groupby(["limit", "kind", "role_family"], as_index=False).agg(posts=("posts", "sum"))
    )
    amount = of_family.pop("posts") * world.assumptions.value("recruitment_market_share")
    uses = [_use(name, "lever", group["recruit"], 1.0, lag) for lag in range(world.scenario.periods_per_year)]
    return _limited(_every_period(of_family, amount), uses)


def contract_ceiling(world: World) -> Tables:
    """Cover at most a share of the organisation's posts with contractors, a share that falls every year."""
    name, assume, group = f"contract-ceiling:{world.code}", world.assumptions, world.groups
    first = group["posts"].sum() * assume.value("contract_ceiling_share")
    left = 1 - assume.value("contract_ceiling_fall")
    amounts = [first * left ** ((t - 1) // world.scenario.periods_per_year) for t in world.periods]
    limit = pd.DataFrame({"limit": name, "period": list(world.periods), "amount": amounts, "kind": "contract-ceiling"})
    return _limited(limit, [_use(name, "lever", group["contract"], 1.0)])


def _limited(limits: pd.DataFrame, uses: Sequence[pd.DataFrame]) -> Tables:
    return {"limits": limits, "uses": pd.concat(uses, ignore_index=True)}


def _in_training(world: World, limit: pd.Series, amount: pd.Series) -> list[pd.DataFrame]:
    """Count a start in every period from its own until the rank is reached."""
    time = world.training_time()
    longest = time.max() if len(time) else 0
    return [_use(limit, "lever", world.ladder["train"], amount, lag)[time > lag] for lag in range(longest)]


def _use(limit: pd.Series | str, kind: str, item: pd.Series, amount: pd.Series | float, lag: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"limit": limit, "kind": kind, "item": item, "amount": amount, "lag": lag})


def _every_period(limit: pd.DataFrame, amount: pd.Series | float) -> pd.DataFrame:
    """Write a limit for every period, which a blank period means."""
    return limit.assign(amount=amount, period=pd.array([None] * len(limit), dtype="Int64"))
