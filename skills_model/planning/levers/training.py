"""Train people from rank to rank by courses and apprenticeships, within who is there to learn, places and time."""

from __future__ import annotations

from math import floor

import numpy as np
import pandas as pd

from skills_model.planning import standards
from skills_model.planning.levers.courses import starts
from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.world import World

LEARNING = ("train", "apprentice", "mentor", "second")
"""Kinds of lever by which people who are there learn."""
NEAR = 6
"""Decimals to which people are known, in the FTE of a solver."""
FLOW = ["from_stock", "to_stock", "rate", "period"]


def train(world: World) -> Tables:
    """Train people by the courses there are, and by the usual course of the assumptions where no course leads to a rank.

    A start gives completion x stay over the lead time, at the mean stay of the group. Fees and hours away are paid at the start;
    of an apprenticeship the price up to the funding band on the account of apprenticeships, what is above as a fee. A course takes a
    part-timer's fee, seat and hours whole. Raises DataError for courses that name a standard which is not approved.
    """
    found = starts(world)
    rows = of_one_fte(found.rows, "fee", "levy", "hours")
    rows["backfill"] = backfill(world, rows)
    rows["price"] = rows["fee"] + rows["levy"] + rows["backfill"]
    gives = given(rows, found.raises)
    paid = {"training": "fee", "apprenticeship": "levy", "backfill": "backfill"}
    charges = [charge(world, rows["lever"], account, rows[cost]) for account, cost in paid.items()]
    # A course of its own is told by its name, the usual one by where it leads.
    of_course = rows["route"].notna()
    named = rows.assign(skill=rows["skill"].mask(of_course, None), rank=rows["rank"].astype("Int64").mask(of_course), kind="seats")
    seats = named[["seats", "kind", "skill", "rank", "route", "places"]].drop_duplicates("seats").rename(columns={"seats": "limit"})
    return {
        **_who_may(world, rows),
        "levers": joined(*(levers(part, str(kind)) for kind, part in rows.groupby("kind"))),
        "effects": joined(gives, after(world, gives), *charges, _used_up(rows)),
        **limited(
            every_period(seats, seats.pop("places")),
            [*learning(world, rows, found.raises), use(rows["seats"], "lever", rows["lever"], rows["people_per_fte"])],
        ),
    }


def room(world: World) -> Tables:
    """Train only people at the rank below who are not at this one: in training + stock(rank) - stock(rank below) <= 0.

    It also keeps the ranks nested, since nobody can hold a rank without the one below. Levers write who is in training themselves.
    """
    rung = world.ladder
    name = room_of(rung)
    limit = rung[["role_family", "role_level", "skill", "rank"]].assign(limit=name, kind="room")
    return limited(every_period(limit, 0.0), [use(name, "stock", rung["stock"], 1.0), use(name, "stock", rung["below"], -1.0)])


def room_of(rung: pd.DataFrame) -> pd.Series:
    """Return the limits that hold those in training for a rank to those who lack it; rows have the `stock` of the rank."""
    return "room:" + rung["stock"].str.removeprefix("skill:")


def release(world: World) -> Tables:
    """Release at most a share of a group's working time, against the staff there then, less in times that the calendar names.

    Levers write the hours away themselves, spread evenly over their time.
    """
    group = world.groups[world.groups["role_level"].isin(world.ladder["role_level"])]
    name = release_of(group)
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="release")
    time = world.assumptions.value("working_hours") / world.scenario.periods_per_year * world.assumptions.value("release_share")
    usual = use(name, "stock", group["staff"], -time)
    less = [usual.assign(amount=-time * share, period=t) for t, share in released(world).items() if share < 1]
    return limited(every_period(limit, 0.0), [usual, *less])


def release_of(group: pd.DataFrame) -> pd.Series:
    """Return the limits on the working time that groups can be released for; rows have their stock of `staff`."""
    return "release:" + group["staff"].str.removeprefix("staff:")


def places(world: World) -> Tables:
    """Start at most so many places in a year for each person of a group as one may be offered: FTE of starts over FTE of staff at its end.

    A year of the plan ends in each of these periods, and in the last. Without it much money would train some for more than suggestions may.
    """
    group, last = world.groups[world.groups["role_level"].isin(world.ladder["role_level"])], world.scenario.periods
    name, year = places_of(group), world.scenario.periods_per_year
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="places", amount=0.0)
    ends = [limit.assign(period=t) for t in sorted({*range(year, last + 1, year), last})]
    held = use(name, "stock", group["staff"], -world.assumptions.value("place_most"))
    return limited(pd.concat(ends, ignore_index=True).astype({"period": "Int64"}), [held])


def places_of(group: pd.DataFrame) -> pd.Series:
    """Return the limits on the places that the people of groups may have in a year; rows have their stock of `staff`."""
    return "places:" + group["staff"].str.removeprefix("staff:")


def released(world: World) -> dict[int, float]:
    """Return by period what the calendar leaves of the usual time for learning, as a share, by the days of the period."""
    shares, event = {}, world.inputs.options.calendar
    for t in world.periods:
        days = pd.date_range(world.scenario.day_of(t), world.scenario.day_of(t + 1), inclusive="left")
        left = np.ones(len(days))
        for first, last, share in zip(event["start_date"], event["end_date"], event["release_share"], strict=True):
            left[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))] *= share
        shares[t] = float(left.mean())
    return shares


def of_one_fte(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return what one FTE of starts takes, from what one person does: as much for each of the people who are one FTE of their group.

    Who learns raises ranks by the FTE that they work, but is away and paid for as a person.
    """
    return rows.assign(**{name: rows[name] * rows["people_per_fte"] for name in columns})


def heads(people: float) -> int:
    """Round those who learn to whole people, half a person upwards, wherever they are counted.

    >>> heads(2.5), heads(2.4999999999), heads(2.49)
    (3, 3, 2)
    """
    return floor(round(people, NEAR) + 0.5)


def learning(world: World, rows: pd.DataFrame, raises: pd.DataFrame) -> list[pd.DataFrame]:
    """Write what those who learn use of room and release, from their start until they reach the rank, and of places for a year.

    `rows` has lever, staff, lag and hours (away, in all, of one FTE of starts), `raises` lever, stock and room.
    """
    entered = raises[raises["room"]].merge(rows[["lever", "lag"]], on="lever")
    away = rows[rows["hours"] > 0]
    return [
        *in_training(room_of(entered), entered["lever"], 1.0, entered["lag"]),
        *in_training(release_of(away), away["lever"], away["hours"] / away["lag"], away["lag"]),
        *in_training(places_of(rows), rows["lever"], 1.0, pd.Series(world.scenario.periods_per_year, index=rows.index)),
    ]


def in_training(limit: pd.Series, lever: pd.Series, amount: pd.Series | float, time: pd.Series) -> list[pd.DataFrame]:
    """Count a start against a limit in every period from its own until the `time` (periods) is over."""
    longest = int(time.max()) if len(time) else 0
    return [use(limit, "lever", lever, amount, lag)[time > lag] for lag in range(longest)]


def given(rows: pd.DataFrame, raises: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of starts on the ranks they raise: completion x stay over the lead time, when that is over."""
    reached = raises[["lever", "stock"]].merge(rows[["lever", "lag", "completion", "stay"]], on="lever")
    return reached[["lever", "stock", "lag"]].assign(amount=reached["completion"] * reached["stay"] ** reached["lag"])


def backfill(world: World, rows: pd.DataFrame) -> pd.Series:
    """Return the pounds for the hours away that are backfilled; rows have hours and pay (pounds a period of one FTE)."""
    hourly = rows["pay"] * world.scenario.periods_per_year / world.assumptions.value("working_hours")
    return rows["hours"] * hourly * world.assumptions.value("backfill_share")


def _who_may(world: World, rows: pd.DataFrame) -> Tables:
    """Write the people whom only some levers are for: as many as there are, fewer as staff leave, one less with every start."""
    held = rows[rows["pattern"] != ""].drop_duplicates("pattern").rename(columns={"pattern": "stock", "people": "opening"})
    stay = world.nothing.stay.assign(role_level=world.groups["role_level"])
    rates = held[["stock", "role_level"]].merge(stay.melt("role_level", var_name="period", value_name="rate"), on="role_level")
    return {
        "stocks": held[["stock", "opening", "role_family", "role_level"]].assign(unit_cost=0.0, kind="pattern"),
        "transitions": rates.assign(from_stock=rates["stock"], to_stock=rates["stock"]).astype({"period": "Int64"})[FLOW],
    }


def _used_up(rows: pd.DataFrame) -> pd.DataFrame:
    held = rows[rows["pattern"] != ""]
    return pd.DataFrame({"lever": held["lever"], "stock": held["pattern"], "lag": 0, "amount": -1.0})


def notes(world: World) -> list[str]:
    """Say which apprenticeship standards the project knows of are left out, and why."""
    return standards.offered(world.inputs.options.courses, world.inputs.options.course_effects).notes


PARTS = {"train": train, "room": room, "release": release, "places": places}
