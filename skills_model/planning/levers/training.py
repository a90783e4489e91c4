"""Train people from one rank to the next, within who is there to learn, places and time."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.world import QUARTERS_A_YEAR, World


def train(world: World) -> Tables:
    """Train people from one rank to the next: one lever a group, skill and rank reached.

    A start gives completion x stay over the lead time, at the mean stay of the group.
    """
    rung, assume = world.ladder.assign(lever=world.ladder["train"], lag=world.training_time()), world.assumptions
    completion = rung["rank"].map(lambda r: assume.value("course_completion", r))
    fee, backfill = rung["rank"].map(lambda r: assume.value("course_fee", r)), _backfill(world)
    rung["price"] = fee + backfill
    gives = rung[["lever", "stock", "lag"]].assign(amount=completion * rung["stay"] ** rung["lag"])
    paid = [charge(world, rung["lever"], "training", fee), charge(world, rung["lever"], "backfill", backfill)]
    return {"levers": levers(rung, "train"), "effects": joined(gives, after(world, gives), *paid)}


def room(world: World) -> Tables:
    """Train only people at the rank below who are not at this one: in training + stock(rank) - stock(rank below) <= 0.

    It also keeps the ranks nested, since nobody can hold a rank without the one below.
    """
    rung = world.ladder
    name = room_of(rung)
    limit = rung[["role_family", "role_level", "skill", "rank"]].assign(limit=name, kind="room")
    in_training = _in_training(world, name, pd.Series(1.0, index=rung.index))
    return limited(
        every_period(limit, 0.0), [*in_training, use(name, "stock", rung["stock"], 1.0), use(name, "stock", rung["below"], -1.0)]
    )


def room_of(rung: pd.DataFrame) -> pd.Series:
    """Return the limit that holds those in training for a rung to those who lack it."""
    return "room:" + rung["stock"].str.removeprefix("skill:")


def seats(world: World) -> Tables:
    """Fill at most the seats of a course, over all groups: a course is one skill and rank."""
    rung = world.ladder
    name = f"seats:{world.code}:" + rung["skill"] + ":" + rung["rank"].astype(str)
    limit = rung[["skill", "rank"]].assign(limit=name, kind="seats").drop_duplicates("limit")
    places = world.assumptions.value("course_seats") * QUARTERS_A_YEAR / world.scenario.periods_per_year
    return limited(every_period(limit, places), [use(name, "lever", rung["train"], 1.0)])


def release(world: World) -> Tables:
    """Release at most a share of a group's working time: hours away, spread evenly over the lead time, against the staff there then."""
    rung = world.ladder
    group = world.groups[world.groups["role_level"].isin(rung["role_level"])]
    name = release_of(group)
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="release")
    time = world.assumptions.value("working_hours") / world.scenario.periods_per_year * world.assumptions.value("release_share")
    away = _in_training(world, release_of(rung), world.training_hours() / world.training_time())
    return limited(every_period(limit, 0.0), [*away, use(name, "stock", group["staff"], -time)])


def release_of(group: pd.DataFrame) -> pd.Series:
    """Return the limit on the working time that a group can be released for."""
    return "release:" + group["staff"].str.removeprefix("staff:")


def _in_training(world: World, limit: pd.Series, amount: pd.Series) -> list[pd.DataFrame]:
    """Count a start in every period from its own until the rank is reached."""
    time = world.training_time()
    longest = time.max() if len(time) else 0
    return [use(limit, "lever", world.ladder["train"], amount, lag)[time > lag] for lag in range(longest)]


def _backfill(world: World) -> pd.Series:
    hourly = world.ladder["pay"] * world.scenario.periods_per_year / world.assumptions.value("working_hours")
    return world.training_hours() * hourly * world.assumptions.value("backfill_share")


PARTS = {"train": train, "room": room, "seats": seats, "release": release}
