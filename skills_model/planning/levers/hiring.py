"""Recruit into funded posts, as the market allows."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.rows import Tables, after, brought, charge, every_period, joined, levers, limited, use
from skills_model.planning.world import ESTABLISHMENT_PAY, WEEKS_A_YEAR, World


def recruit(world: World) -> Tables:
    """Recruit into funded posts: staff after the delay, with the skills recruits usually bring, less those who leave in their first year.

    Pay follows the recruit: every row that adds or takes staff has a twin on the pay stream.
    """
    group, assume = world.groups.assign(lever=world.groups["recruit"]), world.assumptions
    group["price"] = group["band"].map(lambda band: assume.value("recruitment_cost", band))
    delay = world.lag((assume.value("recruitment_weeks") + assume.value("recruitment_approval_weeks")) / WEEKS_A_YEAR)
    year = world.scenario.periods_per_year
    leave_early = (group["stay"] ** year - (1 - assume.value("first_year_leaver_rate"))).clip(lower=0)
    arrive = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": delay, "amount": 1.0})
    leave = arrive.assign(lag=delay + year, amount=-leave_early)
    staff = joined(arrive, leave[leave["amount"] < 0])
    skills = brought(world, staff, "recruit_skill_share")
    pay = staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-staff["amount"] * staff["lever"].map(group.set_index("lever")["pay"]))
    paid = charge(world, group["lever"], "recruitment", group["price"])
    return {"levers": levers(group, "recruit"), "effects": joined(staff, skills, after(world, joined(staff, skills)), pay, paid)}


def market(world: World) -> Tables:
    """Hire in any year at most a share of the posts of a role family."""
    group = world.groups
    name = market_of(world, group)
    of_family = (
        group.assign(limit=name, kind="market").groupby(["limit", "kind", "role_family"], as_index=False).agg(posts=("posts", "sum"))
    )
    amount = of_family.pop("posts") * world.assumptions.value("recruitment_market_share")
    uses = [use(name, "lever", group["recruit"], 1.0, lag) for lag in range(world.scenario.periods_per_year)]
    return limited(every_period(of_family, amount), uses)


def market_of(world: World, group: pd.DataFrame) -> pd.Series:
    """Return the limit on hires of a role family from outside."""
    return f"market:{world.code}:" + group["role_family"]


PARTS = {"recruit": recruit, "market": market}
