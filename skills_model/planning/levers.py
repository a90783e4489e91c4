"""What a planner can do: train, recruit, contract and end temporary cover; what each gives, costs and is limited by."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from skills_model.planning.stocks import cover_pay
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, WEEKS_A_YEAR, World, staff_if_nothing_is_done

QUARTERS_A_YEAR = 4


@dataclass(frozen=True)
class Part:
    """Rows of one kind of lever, by planning table."""

    levers: pd.DataFrame
    effects: pd.DataFrame
    cover: pd.DataFrame
    limits: pd.DataFrame
    uses: pd.DataFrame


def part(**tables: list[pd.DataFrame]) -> Part:
    """Join the rows of each planning table."""
    return Part(**{name: pd.concat(tables.get(name) or [pd.DataFrame()], ignore_index=True) for name in Part.__dataclass_fields__})


def train(world: World) -> Part:
    """Train people from one rank to the next: one lever a group, skill and rank reached.

    A start gives completion x stay over the lead time. Limits: only people at the rank below who are not yet at this one and not in
    training for it (which also keeps the ranks nested), the seats of the course, and the working time a group can release.
    """
    rung, assume = world.ladder.copy(), world.assumptions
    rung["lever"] = "train:" + rung["stock"].str.removeprefix("skill:")
    rung["lag"] = rung["rank"].map(lambda r: world.lag(assume.value("course_lead_time", r) / QUARTERS_A_YEAR))
    rung["hours"] = rung["rank"].map(lambda r: assume.value("course_hours", r))
    completion = rung["rank"].map(lambda r: assume.value("course_completion", r))
    rung["price"] = rung["rank"].map(lambda r: assume.value("course_fee", r)) + _backfill(world, rung)
    gives = pd.DataFrame({"lever": rung["lever"], "stock": rung["stock"], "lag": rung["lag"], "amount": completion * rung["stay"] ** rung["lag"]})
    rooms, seats, release = _room(world, rung), _seats(world, rung), _release(world, rung)
    return part(
        levers=[_lever(rung, "train", rung["price"])],
        effects=[gives, _after(world, gives), _charge(world, rung, DEVELOPMENT)],
        limits=[rooms[0], seats[0], release[0]],
        uses=[rooms[1], seats[1], release[1]],
    )


def recruit(world: World) -> Part:
    """Recruit into funded posts: staff after the delay, with the skills recruits usually bring, less those who leave in their first year.

    Pay follows the recruit: every row that adds or takes staff has a twin on the pay stream. Limits: funded posts, now and for whatever
    arrives after the horizon; the pay that remains to be funded then; and the hires a year that the market allows in a role family.
    """
    group, assume = world.groups.copy(), world.assumptions
    group["lever"] = "recruit:" + group["staff"].str.removeprefix("staff:")
    group["price"] = group["band"].map(lambda band: assume.value("recruitment_cost", band))
    delay = world.lag((assume.value("recruitment_weeks") + assume.value("recruitment_approval_weeks")) / WEEKS_A_YEAR)
    year = world.scenario.periods_per_year
    leave_early = (group["stay"] ** year - (1 - assume.value("first_year_leaver_rate"))).clip(lower=0)
    arrive = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": delay, "amount": 1.0})
    leave = arrive.assign(lag=delay + year, amount=-leave_early)
    staff = pd.concat([arrive, leave[leave["amount"] < 0]], ignore_index=True)
    skills = _brought(world, group, staff, "recruit_skill_share")
    pay = staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-staff["amount"] * staff["lever"].map(group.set_index("lever")["pay"]))
    posts, later, market = _posts(world), _after_horizon(world), _market(world, group)
    return part(
        levers=[_lever(group, "recruit", group["price"])],
        effects=[staff, skills, _after(world, pd.concat([staff, skills])), pay, _charge(world, group, DEVELOPMENT)],
        limits=[posts[0], later[0], market[0]],
        uses=[posts[1], later[1], market[1]],
    )


def contract(world: World) -> Part:
    """Cover vacant posts with contractors: they meet requirements in the period they are paid for, up to a ceiling that falls."""
    group, assume = world.groups.copy(), world.assumptions
    group["lever"] = "contract:" + group["staff"].str.removeprefix("staff:")
    days = assume.value("contract_days") / world.scenario.periods_per_year
    group["price"] = group["band"].map(lambda band: assume.value("contract_day_rate", band)) * days * (1 + assume.value("contract_overhead"))
    posts = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": 0, "amount": 1.0})
    covered = pd.concat([posts, _brought(world, group, posts, "contract_skill_share")], ignore_index=True)
    left = 1 - assume.value("contract_ceiling_fall")
    ceiling = group["posts"].sum() * assume.value("contract_ceiling_share")
    amounts = [ceiling * left ** ((t - 1) // world.scenario.periods_per_year) for t in world.periods]
    limit = pd.DataFrame({"limit": f"contract-ceiling:{world.code}", "period": list(world.periods), "amount": amounts, "kind": "contract-ceiling"})
    in_posts = pd.DataFrame({"limit": _posts_limit(group), "kind": "lever", "item": group["lever"], "amount": 1.0})
    counted = pd.DataFrame({"limit": f"contract-ceiling:{world.code}", "kind": "lever", "item": group["lever"], "amount": 1.0})
    return part(
        levers=[_lever(group, "contract", group["price"])],
        effects=[_charge(world, group, DEVELOPMENT)],
        cover=[covered.drop(columns="lag")],
        limits=[limit],
        uses=[in_posts, counted],
    )


def end_cover(world: World) -> Part:
    """End the bank and agency cover of a post, which frees the post for a recruit and its cost for their pay."""
    group = world.groups.assign(cost=cover_pay(world))
    group = group[group["cover_fte"] > 0]
    lever = "end-cover:" + group["staff"].str.removeprefix("staff:")
    ends = pd.DataFrame({"lever": lever, "stock": group["cover"], "lag": 0, "amount": -1.0})
    saves = ends.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["cost"])
    return part(levers=[_lever(group.assign(lever=lever), "end-cover", 0.0)], effects=[ends, saves])


def _lever(source: pd.DataFrame, kind: str, price: pd.Series | float) -> pd.DataFrame:
    columns = [name for name in ("lever", "role_family", "role_level", "skill", "rank") if name in source.columns]
    return source[columns].assign(unit_cost=price, kind=kind)


def _backfill(world: World, rung: pd.DataFrame) -> pd.Series:
    hourly = rung["pay"] * world.scenario.periods_per_year / world.assumptions.value("working_hours")
    return rung["hours"] * hourly * world.assumptions.value("backfill_share")


def _charge(world: World, source: pd.DataFrame, stream: str) -> pd.DataFrame:
    """Take the price of a lever from a stream when it is started: the same figure as its `unit_cost`."""
    return pd.DataFrame({"lever": source["lever"], "stock": world.money(stream), "lag": 0, "amount": -source["price"]})


def _after(world: World, effects: pd.DataFrame) -> pd.DataFrame:
    """Write what a start near the end still gives: whatever arrives in the last period or later reaches the `after` stock in it."""
    group, rung = world.groups, world.ladder
    names = pd.concat([group.set_index("staff")["after"], rung.set_index("stock")["after"]])
    last = world.scenario.periods
    late = [
        effects[effects["lag"] >= wait].assign(lag=wait, period=last - wait) for wait in range(int(effects["lag"].max()) + 1) if wait < last
    ]
    rows = pd.concat(late, ignore_index=True)
    rows["stock"] = rows["stock"].map(names)
    # Two effects of one lever on one stock (arriving, and leaving in the first year) meet here at the same lag.
    return rows.groupby(["lever", "stock", "lag", "period"], as_index=False)["amount"].sum()


def _brought(world: World, group: pd.DataFrame, staff: pd.DataFrame, assumption: str) -> pd.DataFrame:
    """Write the skills that come with staff: by how many ranks below the required one."""
    shares = world.assumptions.by_key(assumption)
    deepest = max(int(key) for key in shares)
    rung = world.ladder[["staff", "stock"]].assign(
        share=(world.ladder["required_rank"] - world.ladder["rank"]).clip(upper=deepest).map(lambda below: shares[str(below)])
    )
    rows = staff.rename(columns={"stock": "staff"}).merge(rung, on="staff")
    return rows.assign(amount=rows["amount"] * rows["share"])[["lever", "stock", "lag", "amount"]]


def _room(world: World, rung: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Limit starts: in training + stock(rank) - stock(rank below) <= 0, summed over the lead time."""
    name = "room:" + rung["stock"].str.removeprefix("skill:")
    starts = [
        pd.DataFrame({"limit": name, "kind": "lever", "item": rung["lever"], "amount": 1.0, "lag": lag})[rung["lag"] > lag]
        for lag in range(int(rung["lag"].max()))
    ]
    held = pd.DataFrame({"limit": name, "kind": "stock", "item": rung["stock"], "amount": 1.0, "lag": 0})
    below = held.assign(item=rung["below"], amount=-1.0)
    limit = rung[["role_family", "role_level", "skill", "rank"]].assign(limit=name, kind="room")
    return _every_period(world, limit, 0.0), pd.concat([*starts, held, below], ignore_index=True)


def _seats(world: World, rung: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    seats = world.assumptions.value("course_seats") * QUARTERS_A_YEAR / world.scenario.periods_per_year
    name = f"seats:{world.code}:" + rung["skill"] + ":" + rung["rank"].astype(str)
    limit = rung[["skill", "rank"]].assign(limit=name, kind="seats").drop_duplicates("limit")
    return _every_period(world, limit, seats), pd.DataFrame({"limit": name, "kind": "lever", "item": rung["lever"], "amount": 1.0})


def _release(world: World, rung: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Limit hours away, spread evenly over the lead time, to a share of the group's working time."""
    time = world.assumptions.value("working_hours") / world.scenario.periods_per_year * world.assumptions.value("release_share")
    group = world.groups[world.groups["role_level"].isin(rung["role_level"])]
    away = [
        pd.DataFrame(
            {"limit": "release:" + rung["staff"].str.removeprefix("staff:"), "kind": "lever", "item": rung["lever"], "amount": rung["hours"] / rung["lag"]}
        ).assign(lag=lag)[rung["lag"] > lag]
        for lag in range(int(rung["lag"].max()))
    ]
    name = "release:" + group["staff"].str.removeprefix("staff:")
    working = pd.DataFrame({"limit": name, "kind": "stock", "item": group["staff"], "amount": -time, "lag": 0})
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="release")
    return _every_period(world, limit, 0.0), pd.concat([*away, working], ignore_index=True)


def _posts_limit(group: pd.DataFrame) -> pd.Series:
    return "posts:" + group["staff"].str.removeprefix("staff:")


def _posts(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Limit staff, cover and contractors of a group to its funded posts, or to what doing nothing leaves where that is more."""
    group, staff = world.groups, staff_if_nothing_is_done(world)
    limit = group[["role_family", "role_level"]].assign(limit=_posts_limit(group), kind="posts")
    amounts = {t: pd.concat([group["budgeted_fte"], staff[t] + group["cover_fte"]], axis=1).max(axis=1) for t in world.periods}
    rows = [limit.assign(period=t, amount=amounts[t]) for t in world.periods]
    stock = pd.DataFrame({"limit": _posts_limit(group), "kind": "stock", "item": group["staff"], "amount": 1.0})
    return pd.concat(rows, ignore_index=True), pd.concat([stock, stock.assign(item=group["cover"])], ignore_index=True)


def _after_horizon(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Limit what arrives after the horizon to funded posts, and its pay with all other pay to the pay budget of the last period."""
    group, last = world.groups, world.scenario.periods
    left = staff_if_nothing_is_done(world)[last] * group["stay"]
    posts = group[["role_family", "role_level"]].assign(
        limit="after-" + _posts_limit(group), kind="after-posts", period=last, amount=pd.concat([group["budgeted_fte"], left], axis=1).max(axis=1)
    )
    funded = (group["pay"] * group["budgeted_fte"]).sum() * (1 - world.assumptions.value("vacancy_factor"))
    cover = (cover_pay(world) * group["cover_fte"]).sum()
    name = f"after-pay:{world.code}"
    pay = pd.DataFrame({"limit": [name], "kind": "after-pay", "period": last, "amount": max(funded, (group["pay"] * left).sum() + cover)})
    uses = pd.DataFrame({"limit": posts["limit"], "kind": "stock", "item": group["after"], "amount": 1.0})
    paid = pd.DataFrame({"limit": name, "kind": "stock", "item": group["after"], "amount": group["pay"]})
    covered = paid.assign(item=group["cover"], amount=cover_pay(world))
    return pd.concat([posts, pay], ignore_index=True), pd.concat([uses, paid, covered], ignore_index=True)


def _market(world: World, group: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Limit the hires of any year in a role family to a share of its posts."""
    name = f"market:{world.code}:" + group["role_family"]
    share = world.assumptions.value("recruitment_market_share")
    limit = group.assign(limit=name, kind="market").groupby(["limit", "kind", "role_family"], as_index=False)["posts"].sum()
    limit["amount"] = limit.pop("posts") * share
    year = world.scenario.periods_per_year
    uses = [pd.DataFrame({"limit": name, "kind": "lever", "item": group["lever"], "amount": 1.0}).assign(lag=lag) for lag in range(year)]
    return _every_period(world, limit, limit["amount"]), pd.concat(uses, ignore_index=True)


def _every_period(world: World, limit: pd.DataFrame, amount: pd.Series | float) -> pd.DataFrame:
    """Write a limit for every period, which a blank period means."""
    return limit.assign(amount=amount, period=pd.array([None] * len(limit), dtype="Int64"))
