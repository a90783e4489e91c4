"""What a planner can do: train, recruit, contract and end temporary cover; what each gives, costs and is limited by."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.planning import limits
from skills_model.planning.stocks import cover_pay
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, QUARTERS_A_YEAR, WEEKS_A_YEAR, World

Tables = dict[str, pd.DataFrame]


def _tables(
    levers: pd.DataFrame, effects: Sequence[pd.DataFrame], cover: Sequence[pd.DataFrame] = (), limits: Sequence[limits.Rows] = ()
) -> Tables:
    """Join the rows of each planning table."""
    rows = {"effects": effects, "cover": cover, "limits": [limit for limit, _ in limits], "uses": [uses for _, uses in limits]}
    return {"levers": levers} | {name: pd.concat(frames, ignore_index=True) for name, frames in rows.items() if frames}


def train(world: World) -> Tables:
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
    gives = pd.DataFrame(
        {"lever": rung["lever"], "stock": rung["stock"], "lag": rung["lag"], "amount": completion * rung["stay"] ** rung["lag"]}
    )
    return _tables(
        levers=_lever(rung, "train", rung["price"]),
        effects=[gives, _after(world, gives), _charge(world, rung)],
        limits=[limits.room(rung), limits.seats(world, rung), limits.release(world, rung)],
    )


def recruit(world: World) -> Tables:
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
    skills = _brought(world, staff, "recruit_skill_share")
    pay = staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-staff["amount"] * staff["lever"].map(group.set_index("lever")["pay"]))
    return _tables(
        levers=_lever(group, "recruit", group["price"]),
        effects=[staff, skills, _after(world, pd.concat([staff, skills])), pay, _charge(world, group)],
        limits=[limits.posts(world), limits.after_horizon(world), limits.market(world, group)],
    )


def contract(world: World) -> Tables:
    """Cover vacant posts with contractors: they meet requirements in the period they are paid for, up to a ceiling that falls."""
    group, assume = world.groups.copy(), world.assumptions
    group["lever"] = "contract:" + group["staff"].str.removeprefix("staff:")
    days = assume.value("contract_days") / world.scenario.periods_per_year
    group["price"] = (
        group["band"].map(lambda band: assume.value("contract_day_rate", band)) * days * (1 + assume.value("contract_overhead"))
    )
    posts = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": 0, "amount": 1.0})
    covered = pd.concat([posts, _brought(world, posts, "contract_skill_share")], ignore_index=True)
    return _tables(
        levers=_lever(group, "contract", group["price"]),
        effects=[_charge(world, group)],
        cover=[covered.drop(columns="lag")],
        limits=[limits.ceiling(world, group)],
    )


def end_cover(world: World) -> Tables:
    """End the bank and agency cover of a post as a recruit takes its place, which frees the post and pays for the recruit."""
    group = world.groups.assign(cost=cover_pay(world))
    group = group[group["cover_fte"] > 0]
    group["lever"] = "end-cover:" + group["staff"].str.removeprefix("staff:")
    ends = pd.DataFrame({"lever": group["lever"], "stock": group["cover"], "lag": 0, "amount": -1.0})
    saves = ends.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["cost"])
    return _tables(levers=_lever(group, "end-cover", 0.0), effects=[ends, saves], limits=[limits.in_place(world, group)])


def _lever(source: pd.DataFrame, kind: str, price: pd.Series | float) -> pd.DataFrame:
    columns = [name for name in ("lever", "role_family", "role_level", "skill", "rank") if name in source.columns]
    return source[columns].assign(unit_cost=price, kind=kind)


def _backfill(world: World, rung: pd.DataFrame) -> pd.Series:
    hourly = rung["pay"] * world.scenario.periods_per_year / world.assumptions.value("working_hours")
    return rung["hours"] * hourly * world.assumptions.value("backfill_share")


def _charge(world: World, source: pd.DataFrame) -> pd.DataFrame:
    """Take the price of a lever from the development budget when it is started: the same figure as its `unit_cost`."""
    return pd.DataFrame({"lever": source["lever"], "stock": world.money(DEVELOPMENT), "lag": 0, "amount": -source["price"]})


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
    return rows.groupby(["lever", "stock", "lag", "period"], as_index=False).agg(amount=("amount", "sum"))


def _brought(world: World, staff: pd.DataFrame, assumption: str) -> pd.DataFrame:
    """Write the skills that come with staff: by how many ranks below the required one."""
    shares = world.assumptions.by_key(assumption)
    deepest = max(int(key) for key in shares)
    rung = world.ladder[["staff", "stock"]].assign(
        share=(world.ladder["required_rank"] - world.ladder["rank"]).clip(upper=deepest).map(lambda below: shares[str(below)])
    )
    rows = staff.rename(columns={"stock": "staff"}).merge(rung, on="staff")
    return rows.assign(amount=rows["amount"] * rows["share"])[["lever", "stock", "lag", "amount"]]
