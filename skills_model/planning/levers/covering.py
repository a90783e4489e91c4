"""Cover vacant posts for a time, and end the cover of today as staff take its place."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.rows import Tables, brought, charge, joined, levers, limited, use
from skills_model.planning.stocks import cover_pay
from skills_model.planning.world import ESTABLISHMENT_PAY, World


def contract(world: World) -> Tables:
    """Cover vacant posts with contractors: they meet requirements in the period they are paid for, and take up a post."""
    group, assume = world.groups.assign(lever=world.groups["contract"]), world.assumptions
    days = assume.value("contract_days") / world.scenario.periods_per_year
    group["price"] = (
        group["band"].map(lambda band: assume.value("contract_day_rate", band)) * days * (1 + assume.value("contract_overhead"))
    )
    posts = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": 0, "amount": 1.0})
    covered = joined(posts, brought(world, posts, "contract_skill_share"))
    return {
        "levers": levers(group, "contract"),
        "effects": charge(world, group["lever"], "contract", group["price"]),
        "cover": covered.drop(columns="lag"),
        "uses": use(group["posts-limit"], "lever", group["lever"], 1.0),
    }


def contract_ceiling(world: World) -> Tables:
    """Cover at most a share of the organisation's posts with contractors, a share that falls every year."""
    name, assume, group = f"contract-ceiling:{world.code}", world.assumptions, world.groups
    first = group["posts"].sum() * assume.value("contract_ceiling_share")
    left = 1 - assume.value("contract_ceiling_fall")
    amounts = [first * left ** ((t - 1) // world.scenario.periods_per_year) for t in world.periods]
    limit = pd.DataFrame({"limit": name, "period": list(world.periods), "amount": amounts, "kind": "contract-ceiling"})
    return limited(limit, [use(name, "lever", group["contract"], 1.0)])


def end_cover(world: World) -> Tables:
    """End the bank and agency cover of a post as a recruit takes its place, which frees the post and pays for the recruit."""
    group = world.groups.assign(lever=world.groups["end-cover"], price=0.0, saved=cover_pay(world))
    group = group[group["cover_fte"] > 0]
    ends = pd.DataFrame({"lever": group["lever"], "stock": group["cover"], "lag": 0, "amount": -1.0})
    saves = ends.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["saved"])
    return {"levers": levers(group, "end-cover"), "effects": joined(ends, saves)}


PARTS = {"contract": contract, "contract-ceiling": contract_ceiling, "end-cover": end_cover}
