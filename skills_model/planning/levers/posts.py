"""Fill funded posts and no more, now and after the horizon, and create new ones that somebody pays for to the end."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from skills_model.planning import funding
from skills_model.planning.levers.rows import Tables, charge, every_period, joined, levers, limited, use
from skills_model.planning.stocks import cover_pay, funded_at
from skills_model.planning.world import ESTABLISHMENT_PAY, WEEKS_A_YEAR, World


def posts(world: World) -> Tables:
    """Fill at most the funded posts with staff, cover and contractors, or as many as doing nothing leaves where that is more.

    New posts add to them. Levers that cover posts write what they fill themselves.
    """
    group, staff, funded = world.groups, world.nothing.staff, funded_posts(world)
    name = group["posts-limit"]
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="posts")
    rows = [limit.assign(period=t, amount=funded[t].clip(lower=staff[t] + group["cover_fte"])) for t in world.periods]
    filled = [use(name, "stock", group[item], 1.0) for item in ("staff", "cover")]
    return limited(pd.concat(rows, ignore_index=True), [*filled, use(name, "stock", new_post_of(world), -1.0)])


def funded_posts(world: World) -> pd.DataFrame:
    """Return the funded posts that may be filled: one row a group, a column for each period and one, T + 1, for good after the horizon."""
    return pd.DataFrame({t: funded_at(world, t) for t in (*world.periods, world.scenario.periods + 1)})


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
    """Hold what arrives after the horizon within funded posts, and all pay then within the pay budget: no hiring is free at the end.

    New posts add to both; their own pay is held within the money that goes on after the horizon.
    """
    group, last = world.groups, world.scenario.periods
    name, pay, run = "after-" + group["posts-limit"], f"after-pay:{world.code}", f"after-new-posts:{world.code}"
    there = funded_posts(world)[last + 1].clip(lower=world.nothing.staff[last])
    filled = group[["role_family", "role_level"]].assign(limit=name, kind="after-posts", amount=there)
    paid = pd.DataFrame(
        {"limit": [pay, run], "kind": ["after-pay", "after-new-posts"], "amount": [funding.pay_budget(world, last + 1), 0.0]}
    )
    new = after_new_post_of(world)
    uses = [
        use(name, "stock", group["after"], 1.0),
        use(name, "stock", new, -1.0),
        use(pay, "stock", group["after"], group["pay"]),
        use(pay, "stock", group["cover"], cover_pay(world)),
        use(pay, "stock", new, -group["pay"]),
        use(run, "stock", new, group["pay"]),
        use(run, "stock", pd.Series([recurrent_of(world)]), -1.0),
    ]
    return limited(joined(filled, paid).assign(period=last), uses)


def post(world: World) -> Tables:
    """Create a funded post: from its approval on its pay is drawn on the account `posts` in every period, for the pay of funded posts.

    Whoever fills it is paid from there, so that its price is all of its pay to the end of the horizon, less the later it is created. What
    streams give in a period after the horizon for such pay flows into a stock of its own at the end, which new posts of then are held to.
    """
    last = world.scenario.periods
    group, about = world.groups.assign(lever=post_of(world)), world.groups[["role_family", "role_level"]]
    new, beyond = new_post_of(world), after_new_post_of(world)
    delay = world.lag(world.assumptions.value("post_approval_weeks") / WEEKS_A_YEAR)
    group["price"] = group["pay"] * max(0, last - delay)
    prices = [group[["lever"]].assign(period=t, unit_cost=group["pay"] * max(0, last - delay - t + 1)) for t in world.periods]
    created = pd.DataFrame({"lever": group["lever"], "stock": new, "lag": delay, "amount": 1.0})
    late = [created.assign(stock=beyond, lag=wait, period=last - wait) for wait in range(min(delay + 1, last))]
    paid = []
    for lag in range(delay, last):
        paid.append(charge(world, group["lever"], "posts", group["pay"], lag))
        paid.append(created.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["pay"], lag=lag))
    stays = pd.DataFrame({"from_stock": new, "to_stock": new, "rate": 1.0})
    return {
        "stocks": joined(
            about.assign(stock=new, kind="new-post"),
            about.assign(stock=beyond, kind="after-new-post"),
            pd.DataFrame({"stock": [recurrent_of(world)], "kind": "recurrent"}),
        ),
        "transitions": joined(stays, stays.assign(to_stock=beyond, period=last)),
        "inflows": pd.DataFrame({"stock": [recurrent_of(world)], "period": last, "amount": sum(funding.recurrent_after(world).values())}),
        "levers": levers(group, "post"),
        "lever_periods": joined(*prices),
        "effects": joined(created, *late, *paid),
    }


def new_posts(world: World) -> Tables:
    """Create in any year at most a share of the posts of the organisation."""
    name, share = f"new-posts:{world.code}", world.assumptions.value("new_posts_share")
    limit = pd.DataFrame({"limit": [name], "kind": "new-post"})
    uses = [use(name, "lever", post_of(world), 1.0, lag) for lag in range(world.scenario.periods_per_year)]
    return limited(every_period(limit, share * float(world.groups["posts"].sum())), uses)


def post_of(world: World) -> pd.Series:
    """Return the levers that create posts, by group."""
    return f"post:{world.code}:" + world.groups["role_level"]


def new_post_of(world: World) -> pd.Series:
    """Return the stocks of new posts, by group."""
    return f"new-post:{world.code}:" + world.groups["role_level"]


def after_new_post_of(world: World) -> pd.Series:
    """Return the stocks of new posts that are there after the horizon, by group."""
    return "after:" + new_post_of(world)


def recurrent_of(world: World) -> str:
    """Return the stock of the money that goes on after the horizon and may pay for new posts."""
    return f"recurrent:{world.code}"


PARTS: dict[str, Callable[[World], Tables]] = {
    "posts": posts,
    "in-place": in_place,
    "after-horizon": after_horizon,
    "post": post,
    "new-posts": new_posts,
}
