"""The courses and apprenticeships by which a group can reach ranks: for whom each is, what it raises, takes and costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills_model.errors import DataError
from skills_model.planning import standards
from skills_model.planning.levers.rows import joined
from skills_model.planning.world import QUARTERS_A_YEAR, WEEKS_A_YEAR, World

YOUNG = "under 25"
"""The age band that holds everybody whose level 7 apprenticeship may be funded, and others."""
LEVEL_OF_YOUNG = 7
GROUP = ["role_family", "role_level", "staff", "pay", "stay", "people_per_fte"]
RUNG = [*GROUP, "skill", "rank", "required_rank", "stock", "below", "opening"]
ON = ["course", "role_level"]
TERMS = ["route", "lag", "hours", "completion", "fee", "levy", "seats", "places", "pattern", "people", "level"]
COLUMNS = ["lever", "kind", *GROUP, "skill", "rank", *TERMS]
RAISES = ["lever", "stock", "room"]


@dataclass(frozen=True, eq=False)
class Starts:
    """Ways to raise ranks, and the ranks that each raises.

    rows    one row a lever: lever, kind, route, the columns GROUP, skill and rank (blank where it raises several), lag (periods from start
            to rank), hours (away, in all), completion, fee and levy (pounds on the accounts training and apprenticeship), all of one
            person, seats (limit) and places (a period), and for levers that only some people may use pattern (stock) and people (FTE of
            them at the start)
    raises  one row a lever and rung raised: lever, stock, and room: whether somebody who starts leaves the room of that rung (the lowest
            one raised of each skill; the rungs above it are out of reach until then)
    """

    rows: pd.DataFrame
    raises: pd.DataFrame


def starts(world: World) -> Starts:
    """Return every way to train: courses of one skill, courses of several by who lacks what, and the usual course for the other ranks.

    Raises DataError for courses that name an apprenticeship standard which is not approved.
    """
    options = world.inputs.options
    found = standards.offered(options.courses, options.course_effects)
    if found.faults:
        raise DataError(found.faults)
    steps = _steps(world, found)
    single, several = steps[steps["skills"] == 1], steps[steps["skills"] > 1]
    parts = [_usual(world, single[single["own"].astype(bool) & (single["kind"] == "train")])]
    parts += [_of_the_young(world, _single(world, single))] if len(single) else []
    parts += [_several(world, several, found.effects)] if len(several) else []
    return Starts(joined(*(part.rows for part in parts)), joined(*(part.raises for part in parts)))


def _steps(world: World, found: standards.Offered) -> pd.DataFrame:
    """Return one row a course and rung that lies on its way: the course, its step and the rung, and how many skills of the group it meets."""
    courses = _courses(world, found.courses)
    effects = found.effects.merge(courses, on="course")
    effects = effects.assign(taught=effects.groupby("course")["skill"].transform("nunique"))
    rungs = effects.merge(world.ladder[RUNG], on="skill")
    rungs = rungs[rungs["for_family"].isna() | (rungs["for_family"] == rungs["role_family"])]
    steps = rungs.assign(skills=rungs.groupby(ON)["skill"].transform("nunique"))
    return steps[(steps["rank"] > steps["rank_before"]) & (steps["rank"] <= steps["rank_after"]) & _fits(steps)].reset_index(drop=True)


def _fits(steps: pd.DataFrame) -> pd.Series:
    """Tell which apprenticeships of the project's own are for a group: it needs all of their skills, and none beyond where they lead."""
    needed = steps["taught"] == steps["skills"]
    enough = steps["required_rank"] <= steps["rank_after"]
    return (
        steps["own"].astype(bool)
        | (steps["kind"] != "apprentice")
        | (needed & enough.groupby([steps[name] for name in ON]).transform("all"))
    )


def _courses(world: World, courses: pd.DataFrame) -> pd.DataFrame:
    """Return the courses with kind, and assumptions for times that nobody says; completion stays blank where the rank decides it."""
    assume, scenario = world.assumptions, world.scenario
    unit = courses["standard"].str.startswith(standards.UNIT).fillna(value=False).astype(bool)
    apprentice = courses["standard"].notna() & ~unit
    weeks = courses["weeks"].astype(float).fillna(assume.value("apprenticeship_unit_weeks"))
    hours = np.where(unit, assume.value("apprenticeship_unit_hours"), weeks * assume.value("apprentice_hours_a_week"))
    usual = assume.value("course_seats") * QUARTERS_A_YEAR
    completion = courses["completion"].astype(float).mask(apprentice & courses["completion"].isna(), assume.value("apprentice_completion"))
    return courses.assign(
        kind=np.where(apprentice, "apprentice", "train"),
        weeks=weeks,
        hours=courses["hours"].astype(float).fillna(pd.Series(hours, index=courses.index)),
        completion=completion,
        places=courses["seats"].astype(float).fillna(usual) / scenario.periods_per_year,
    )


def _usual(world: World, steps: pd.DataFrame) -> Starts:
    """Return the usual course of the assumptions to each rung that no course of the organisation leads to from the rank below."""
    exact = steps[steps["rank_after"] == steps["rank_before"] + 1]
    rung, assume = world.ladder[~world.ladder["stock"].isin(exact["stock"])], world.assumptions
    by_rank = {
        name: rung["rank"].map(lambda r, name=name: assume.value(name, r)).astype(float) for name in ("course_completion", "course_fee")
    }
    rows = rung[[*GROUP, "skill", "rank"]].assign(
        lever=rung["train"],
        kind="train",
        route=None,
        lag=world.training_time()[rung.index],
        hours=world.training_hours()[rung.index],
        completion=by_rank["course_completion"],
        fee=by_rank["course_fee"],
        levy=0.0,
        seats=f"seats:{world.code}:" + rung["skill"] + ":" + rung["rank"].astype(str),
        places=assume.value("course_seats") * QUARTERS_A_YEAR / world.scenario.periods_per_year,
        pattern="",
        people=np.nan,
        level=np.nan,
    )
    return Starts(rows[COLUMNS], rung[["stock"]].assign(lever=rung["train"], room=True)[RAISES])


def _single(world: World, steps: pd.DataFrame) -> Starts:
    """Return courses of one skill: a lever for each rank to begin from, which raises every rank from there to the end of the course.

    The margins of skills are exact here: whoever begins at a rank is in the room of the next one and of no other.
    """
    ends = steps.groupby(["course", "role_level"])["rank"].transform("max")
    name = steps["kind"] + f":{world.code}:" + steps["role_level"] + ":" + steps["skill"] + ":" + ends.astype(str) + ":" + steps["course"]
    one_rank = steps["rank_after"] == steps["rank_before"] + 1
    lever = name.where(one_rank, name + ":from-" + (steps["rank"] - 1).astype(str))
    rows = steps.assign(lever=lever, first=steps["rank"], rank=ends, top=ends, pattern="", people=np.nan)
    reached = rows[["lever", "course", "role_level", "first"]].merge(steps[["course", "role_level", "rank", "stock"]], on=ON)
    reached = reached[reached["rank"] >= reached["first"]]
    return Starts(_priced(world, rows), reached.assign(room=reached["rank"] == reached["first"])[RAISES])


def _of_the_young(world: World, found: Starts) -> Starts:
    """Hold apprenticeships of level 7 to the people whom the age rule of their funding allows."""
    rows = found.rows
    held = rows["level"] == LEVEL_OF_YOUNG
    people = _young(world, rows) * rows["role_level"].map(world.groups.set_index("role_level")["staff_fte"])
    name = f"pattern:{world.code}:" + rows["role_level"] + ":young"
    rows = rows.assign(people=rows["people"].mask(held, people), pattern=rows["pattern"].mask(held, name))
    rows = rows[~held | (rows["people"] > 0)]
    return Starts(rows, found.raises[found.raises["lever"].isin(rows["lever"])])


def _young(world: World, rows: pd.DataFrame) -> pd.Series:
    """Return the share of the staff of each row's role level for whom the levy pays level 7: a part of those under 25."""
    staff = world.inputs.staff
    young = (
        staff["fte"].where(staff["age_band"] == YOUNG, 0.0).groupby(staff["role_level"]).sum() / staff.groupby("role_level")["fte"].sum()
    )
    return rows["role_level"].map(young).astype(float).fillna(0.0) * world.assumptions.value("level7_age_share")


def _several(world: World, steps: pd.DataFrame, effects: pd.DataFrame) -> Starts:
    """Return courses of several skills: a lever for all whom it takes from the same ranks, which only they may use, each once.

    Where nobody's ranks are known one by one, only as many count as must lack all of the skills, whoever they are.
    """
    known = world.inputs.options.patterns
    told = _may_begin(known, effects).rename(columns={"rank": "held"}).merge(steps, on=[*ON, "skill"])
    asked = steps.merge(known[ON].drop_duplicates(), on=ON, how="left", indicator="asked")
    told, unknown = told[told["rank"] > told["held"]], asked[asked["asked"] == "left_only"]
    parts = joined(_by_pattern(world, told) if len(told) else told, _surely(world, unknown) if len(unknown) else unknown)
    if parts.empty:
        return Starts(pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=RAISES))
    young = parts["level"] == LEVEL_OF_YOUNG
    parts = parts.assign(people=parts["people"].where(~young, parts["people"] * _young(world, parts)))
    parts = parts[parts["people"] > 0]
    named = f":{world.code}:" + parts["role_level"] + ":" + parts["name"] + ":"
    pattern = "pattern" + named + _same_steps(steps, parts) + np.where(young[parts.index], ":young", "")
    parts = parts.assign(lever=parts["kind"] + named + parts["course"], pattern=pattern)
    top = parts.groupby("lever")["rank"].transform("max").astype("int64")
    rows = parts.assign(top=top, skill=None, rank=pd.array([pd.NA] * len(parts), dtype="Int64")).drop_duplicates("lever")
    return Starts(_priced(world, rows), parts[RAISES])


def _may_begin(patterns: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Return the patterns of people who have the ranks that a course begins from, in each of its skills."""
    needs = patterns.merge(effects[["course", "skill", "rank_before"]], on=["course", "skill"])
    short = needs.loc[needs["rank"] < needs["rank_before"], [*ON, "pattern"]].drop_duplicates()
    every = patterns.merge(short, on=[*ON, "pattern"], how="left", indicator="short")
    return every[every["short"] == "left_only"].drop(columns="short")


def _by_pattern(world: World, told: pd.DataFrame) -> pd.DataFrame:
    """Return one row a course, group, kind of beginning and rung raised: who begins at the same ranks of the skills that they lack.

    Beginnings of too few people are counted as one, of which only those ranks count that all of them lack.
    """
    begins = told.drop_duplicates([*ON, "pattern", "skill"]).sort_values("skill")
    said = begins["skill"] + "=" + begins["held"].astype(str)
    name = said.groupby([begins[column] for column in [*ON, "pattern"]]).agg("+".join).rename("name").reset_index()
    named = told.drop(columns="pattern").assign(pattern=told["pattern"]).merge(name, on=[*ON, "pattern"])
    people = named.drop_duplicates([*ON, "pattern"]).groupby([*ON, "name"])["fte"].sum().rename("people").reset_index()
    raised = named.drop_duplicates([*ON, "name", "stock"]).drop(columns=["pattern", "fte"]).merge(people, on=[*ON, "name"])
    few = raised["people"] < world.assumptions.value("pattern_fte")
    return joined(raised[~few].assign(room=raised["rank"] == raised["held"] + 1), _together(raised[few]))


def _together(few: pd.DataFrame) -> pd.DataFrame:
    """Return the people of several small patterns as one, with the ranks that all of them lack."""
    names = few.drop_duplicates([*ON, "name"]).groupby(ON, as_index=False).agg(names=("name", "size"), all=("people", "sum"))
    rungs = few.merge(names, on=ON)
    shared = rungs[rungs.groupby([*ON, "stock"])["name"].transform("size") == rungs["names"]].drop_duplicates([*ON, "stock"])
    lowest = shared.groupby([*ON, "skill"])["rank"].transform("min")
    return shared.assign(name="others", people=shared["all"], room=shared["rank"] == lowest).drop(columns=["names", "all"])


def _surely(world: World, steps: pd.DataFrame) -> pd.DataFrame:
    """Return those who must be at the beginning of every skill of a course: the sum of those at each - (skills - 1) x staff."""
    held = pd.concat([world.groups.set_index("staff")["staff_fte"], world.ladder.set_index("stock")["opening"]])
    first = steps[steps["rank"] == steps["rank_before"] + 1]
    there = first.assign(there=first["below"].map(held) - first["opening"], staff_fte=first["staff"].map(held))
    sums = there.groupby(ON, as_index=False).agg(there=("there", "sum"), met=("there", "size"), staff_fte=("staff_fte", "first"))
    rows = steps.merge(sums, on=ON)
    rows = rows[rows["met"] == rows["skills"]]
    people = rows["there"] - (rows["skills"] - 1) * rows["staff_fte"]
    return rows.assign(name="all", people=people, room=rows["rank"] == rows["rank_before"] + 1)


def _same_steps(steps: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return one course for all that take a group the same steps, since they are for the same people."""
    sorted_ = steps.assign(step=steps["skill"] + "=" + steps["rank"].astype(str)).sort_values([*ON, "step"])
    taken = sorted_.groupby(ON)["step"].agg("+".join).rename("steps").reset_index()
    taken["of"] = taken.groupby(["role_level", "steps"])["course"].transform("min")
    return rows[ON].merge(taken, on=ON, how="left")["of"].set_axis(rows.index)


def _priced(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Return starts of courses with time, completion, fee and seats; the levy pays up to the funding band, nothing where none is known."""
    assume = world.assumptions
    levy = rows["price"].astype(float).clip(upper=rows["funding"]).where(rows["standard"].notna() & rows["funding"].notna(), 0.0)
    usual = rows["top"].map(lambda rank: assume.value("course_completion", rank)).astype(float)
    return rows.assign(
        lag=(rows["weeks"] / WEEKS_A_YEAR).map(world.lag).astype("int64"),
        completion=rows["completion"].fillna(usual),
        fee=rows["price"] - levy,
        levy=levy,
        route=rows["standard"].where(rows["kind"] == "apprentice", rows["course"]),
        seats=f"seats:{world.code}:" + rows["course"],
    )[COLUMNS]
