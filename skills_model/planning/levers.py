"""What a planner can do: train, recruit, contract and end temporary cover; what each gives and costs."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.stocks import cover_pay, skills_brought
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, WEEKS_A_YEAR, World

Tables = dict[str, pd.DataFrame]


def train(world: World) -> Tables:
    """Train people from one rank to the next: one lever a group, skill and rank reached.

    A start gives completion x stay over the lead time, at the mean stay of the group.
    """
    rung, assume = world.ladder.assign(lever=world.ladder["train"], lag=world.training_time()), world.assumptions
    completion = rung["rank"].map(lambda r: assume.value("course_completion", r))
    rung["price"] = rung["rank"].map(lambda r: assume.value("course_fee", r)) + _backfill(world)
    gives = rung[["lever", "stock", "lag"]].assign(amount=completion * rung["stay"] ** rung["lag"])
    return {"levers": _lever(rung, "train"), "effects": _joined(gives, _after(world, gives), _charge(world, rung))}


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
    staff = _joined(arrive, leave[leave["amount"] < 0])
    skills = _brought(world, staff, "recruit_skill_share")
    pay = staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-staff["amount"] * staff["lever"].map(group.set_index("lever")["pay"]))
    after = _after(world, _joined(staff, skills))
    return {"levers": _lever(group, "recruit"), "effects": _joined(staff, skills, after, pay, _charge(world, group))}


def contract(world: World) -> Tables:
    """Cover vacant posts with contractors: they meet requirements in the period they are paid for."""
    group, assume = world.groups.assign(lever=world.groups["contract"]), world.assumptions
    days = assume.value("contract_days") / world.scenario.periods_per_year
    group["price"] = (
        group["band"].map(lambda band: assume.value("contract_day_rate", band)) * days * (1 + assume.value("contract_overhead"))
    )
    posts = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": 0, "amount": 1.0})
    covered = _joined(posts, _brought(world, posts, "contract_skill_share"))
    return {"levers": _lever(group, "contract"), "effects": _charge(world, group), "cover": covered.drop(columns="lag")}


def end_cover(world: World) -> Tables:
    """End the bank and agency cover of a post as a recruit takes its place, which frees the post and pays for the recruit."""
    group = world.groups.assign(lever=world.groups["end-cover"], price=0.0, saved=cover_pay(world))
    group = group[group["cover_fte"] > 0]
    ends = pd.DataFrame({"lever": group["lever"], "stock": group["cover"], "lag": 0, "amount": -1.0})
    saves = ends.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["saved"])
    return {"levers": _lever(group, "end-cover"), "effects": _joined(ends, saves)}


def _joined(*rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(rows, ignore_index=True)


def _lever(source: pd.DataFrame, kind: str) -> pd.DataFrame:
    columns = [name for name in ("lever", "role_family", "role_level", "skill", "rank") if name in source.columns]
    return source[columns].assign(unit_cost=source["price"], kind=kind)


def _backfill(world: World) -> pd.Series:
    hourly = world.ladder["pay"] * world.scenario.periods_per_year / world.assumptions.value("working_hours")
    return world.training_hours() * hourly * world.assumptions.value("backfill_share")


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
    rung = world.ladder[["staff", "stock"]].assign(share=skills_brought(world, assumption))
    rows = staff.rename(columns={"stock": "staff"}).merge(rung, on="staff")
    return rows.assign(amount=rows["amount"] * rows["share"])[["lever", "stock", "lag", "amount"]]
