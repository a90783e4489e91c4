"""Fill funded posts and no more: now, as cover ends, and after the horizon."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.rows import Tables, limited, use
from skills_model.planning.stocks import cover_pay, pay_funded
from skills_model.planning.world import World


def posts(world: World) -> Tables:
    """Fill at most the funded posts with staff, cover and contractors, or as many as doing nothing leaves where that is more."""
    group, staff = world.groups, world.nothing.staff
    name = group["posts-limit"]
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="posts")
    rows = [limit.assign(period=t, amount=group["budgeted_fte"].clip(lower=staff[t] + group["cover_fte"])) for t in world.periods]
    return limited(pd.concat(rows, ignore_index=True), [use(name, "stock", group[item], 1.0) for item in ("staff", "cover")])


def in_place(world: World) -> Tables:
    """End cover only as staff take its place: never fewer staff and cover than doing nothing leaves."""
    covered = world.groups[world.groups["cover_fte"] > 0]
    staff = world.nothing.staff.loc[covered.index]
    name = "in-place:" + covered["staff"].str.removeprefix("staff:")
    limit = covered[["role_family", "role_level"]].assign(limit=name, kind="in-place", sense=">=")
    rows = [limit.assign(period=t, amount=staff[t] + covered["cover_fte"]) for t in world.periods]
    uses = [use(name, "stock", covered["staff"], 1.0), use(name, "stock", covered["cover"], 1.0)]
    return limited(pd.concat(rows, ignore_index=True), uses)


def after_horizon(world: World) -> Tables:
    """Hold what arrives after the horizon within funded posts, and all pay then within the pay budget: no hiring is free at the end."""
    group, last = world.groups, world.scenario.periods
    left = world.nothing.staff[last]
    name, pay = "after-" + group["posts-limit"], f"after-pay:{world.code}"
    filled = group[["role_family", "role_level"]].assign(limit=name, kind="after-posts", amount=group["budgeted_fte"].clip(lower=left))
    paid = pd.DataFrame({"limit": [pay], "kind": "after-pay", "amount": pay_funded(world, left)})
    uses = [
        use(name, "stock", group["after"], 1.0),
        use(pay, "stock", group["after"], group["pay"]),
        use(pay, "stock", group["cover"], cover_pay(world)),
    ]
    return limited(pd.concat([filled, paid], ignore_index=True).assign(period=last), uses)


PARTS = {"posts": posts, "in-place": in_place, "after-horizon": after_horizon}
