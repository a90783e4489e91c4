"""Career paths: ranks to gain between two role levels, courses that give them, bands on the way, and how far staff are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from skills_model import schema
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.organisations import known
from skills_model.people.names import find_role_level
from skills_model.privacy import Scope
from skills_model.store import Store

BANDS = get_args(schema.Band)
FUNDED, SUGGESTED, NOT_KNOWN = "funded posts", "suggestion", "not known"


@dataclass(frozen=True)
class Step:
    """What a course does for one skill; `rank_before` is needed to begin. Price in pounds."""

    course: str
    rank_before: int
    rank_after: int
    price: float
    weeks: float


@dataclass(frozen=True)
class CareerPath:
    """The way from one role level to another.

    `ranks`: skill, skill_label, rank_before, rank_after, ranks (to gain), taught_to (rank that courses lead to), courses (ids in turn),
    before_label, after_label, taught_label (names of the ranks).
    `courses`: course, course_label, provider, price (pounds), hours, weeks, skills (names); each once, the ways cheapest for each skill.
    `bands`: role_level, role_level_label, band, band_from (funded posts, suggestion or not known), ranks (to gain since the row before).
    `staff`: missing_from, missing_to (ranks; blank where too little is known), headcount, with_unknown (people of whom some skills are not
    assessed); protected outside one's own.
    """

    start: str
    goal: str
    ranks: pd.DataFrame
    courses: pd.DataFrame
    bands: pd.DataFrame
    staff: pd.DataFrame


def career_path(
    store: Store,
    scope: Scope,
    start: str,
    goal: str,
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
) -> CareerPath:
    """Find what leads from one role level to another, for the staff of organisations (all in reach where not given).

    Raises DataError for an unknown role level or organisation.
    """
    start, goal = find_role_level(store, scope, start, goal)
    area = known(store, scope, organisations)
    needs = store.query("requirements", scope)
    ranks = _ranks_to_gain(needs, start, goal)
    offers = store.query("courses", scope, organisations=area)
    possible = _open(offers, needs, start, goal)
    before, after = _required(needs, start), _required(needs, goal)
    ways = {skill: _way(possible, skill, before.get(skill, 0), after[skill]) for skill in ranks["skill"].astype("str")}
    ranks["taught_to"] = [max([before.get(skill, 0), *(step.rank_after for step in way)]) for skill, way in ways.items()]
    ranks["courses"] = [" ".join(step.course for step in way) for way in ways.values()]
    return CareerPath(
        start,
        goal,
        _with_labels(ranks, needs, store.query("rank_names", scope)),
        _courses(possible, ways, dict(zip(ranks["skill"], ranks["skill_label"], strict=True))),
        _bands(store, scope, area, needs, start, goal),
        _staff(store, scope, area, start, goal, assumptions),
    )


def chain(steps: Sequence[Step], before: int, after: int) -> tuple[Step, ...]:
    """Return the cheapest courses, one leading to the next, from one rank as near as possible to another; of equal prices the quickest.

    >>> basic, expert = Step("basic", 0, 2, 300, 4), Step("expert", 2, 3, 900, 12)
    >>> [step.course for step in chain([expert, basic, Step("dear", 0, 3, 2000, 1)], 1, 3)]
    ['basic', 'expert']
    >>> chain([expert], 1, 3)
    ()
    """
    best: dict[int, tuple[float, float, tuple[Step, ...]]] = {before: (0.0, 0.0, ())}
    for rank in range(before, after):
        if rank not in best:
            continue
        price, weeks, taken = best[rank]
        for step in steps:
            if step.rank_before <= rank < step.rank_after:
                reached = min(step.rank_after, after)
                way = (price + step.price, weeks + step.weeks, (*taken, step))
                if reached not in best or way[:2] < best[reached][:2]:
                    best[reached] = way
    return best[max(best)][2]


def _ranks_to_gain(needs: pd.DataFrame, start: str, goal: str) -> pd.DataFrame:
    """List every skill of the goal: skill, skill_label, rank_before, rank_after, ranks."""
    wanted = needs.loc[needs["role_level"] == goal, ["skill", "skill_label", "required_rank"]].rename(
        columns={"required_rank": "rank_after"}
    )
    held = _required(needs, start)
    wanted.insert(2, "rank_before", [held.get(str(skill), 0) for skill in wanted["skill"]])
    wanted["ranks"] = (wanted["rank_after"] - wanted["rank_before"]).clip(lower=0)
    return wanted.sort_values("skill_label", ignore_index=True)


def _with_labels(ranks: pd.DataFrame, needs: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    framework = dict(zip(needs["skill"], needs["framework"], strict=True))
    labels = {(row["framework"], row["rank"]): str(row["rank_label"]) for row in names.to_dict("records")}
    told = ranks.copy()
    for column, of in (("before_label", "rank_before"), ("after_label", "rank_after"), ("taught_label", "taught_to")):
        told[column] = [
            labels.get((framework[skill], rank), f"rank {rank}") if rank else "none"
            for skill, rank in zip(ranks["skill"], ranks[of], strict=True)
        ]
    return told


def _required(needs: pd.DataFrame, role_level: str) -> dict[str, int]:
    rows = needs[needs["role_level"] == role_level]
    return {str(skill): int(rank) for skill, rank in zip(rows["skill"], rows["required_rank"], strict=True)}


def _open(offers: pd.DataFrame, needs: pd.DataFrame, start: str, goal: str) -> pd.DataFrame:
    """Keep the courses that somebody on this path may begin: no course that needs a rank which neither role level does."""
    before, after = _required(needs, start), _required(needs, goal)
    barred = {
        course
        for course, skill, rank in zip(offers["course"], offers["skill"], offers["rank_before"], strict=True)
        if rank > max(before.get(skill, 0), after.get(skill, 0))
    }
    return offers[~offers["course"].isin(barred)]


def _way(offers: pd.DataFrame, skill: str, before: int, after: int) -> tuple[Step, ...]:
    rows = offers[offers["skill"] == skill]
    steps = [
        Step(row["course"], int(row["rank_before"]), int(row["rank_after"]), float(row["price"]), float(row["weeks"]))
        for row in rows.to_dict("records")
    ]
    return chain(steps, before, after) if after > before else ()


def _courses(offers: pd.DataFrame, ways: Mapping[str, tuple[Step, ...]], labels: Mapping[str, str]) -> pd.DataFrame:
    """List the courses of all ways once, with the skills for which they were chosen."""
    taught: dict[str, list[str]] = {}
    for skill, way in ways.items():
        for step in way:
            taught.setdefault(step.course, []).append(labels[skill])
    columns = ["course", "course_label", "provider", "price", "hours", "weeks"]
    chosen = offers.loc[offers["course"].isin(list(taught)), columns].drop_duplicates("course")
    return chosen.assign(skills=["; ".join(sorted(taught[str(course)])) for course in chosen["course"]]).reset_index(drop=True)


def _bands(store: Store, scope: Scope, area: list[str] | None, needs: pd.DataFrame, start: str, goal: str) -> pd.DataFrame:
    levels = store.query("role_levels", scope).set_index("role_level")
    own = None if area is None else [code for code in area if scope.sees_exactly(code)]
    posts = store.query("funded_bands", scope, organisations=own)
    funded = dict(zip(posts["role_level"].astype("str"), posts["band"].astype("str"), strict=True))
    suggested = _suggested(levels)
    bands = suggested | funded
    rows, before = [], start
    for level in _ladder(levels, bands, start, goal):
        source = FUNDED if level in funded else SUGGESTED if level in suggested else NOT_KNOWN
        gained = _ranks_to_gain(needs, before, level)["ranks"].sum()
        rows.append((level, levels.loc[level, "role_level_label"], bands.get(level), source, int(gained)))
        before = level
    return pd.DataFrame(rows, columns=["role_level", "role_level_label", "band", "band_from", "ranks"]).astype({"band": "str"})


def _suggested(levels: pd.DataFrame) -> dict[str, str]:
    return {str(level): str(band) for level, band in levels["suggested_band"].dropna().items()}


def _ladder(levels: pd.DataFrame, bands: Mapping[str, str], start: str, goal: str) -> list[str]:
    """List the role levels on the way: those between in the same role; in another role those below the goal that are banded no lower
    than the start and no higher than the goal. A role level whose band is not known is no step of another role.
    """
    here, there = levels.loc[start], levels.loc[goal]
    role = levels[levels["role"] == there["role"]].sort_values("level_number")
    if start == goal:
        return [start]
    if here["role"] == there["role"]:
        low, high = sorted([here["level_number"], there["level_number"]])
        between = [str(level) for level in role.index[role["level_number"].between(low, high, inclusive="neither")]]
        return [start, *(between if here["level_number"] < there["level_number"] else between[::-1]), goal]
    if start not in bands:
        return [start, goal]
    lower = [str(level) for level in role.index[role["level_number"] < there["level_number"]] if level in bands]
    highest = BANDS.index(bands[goal]) if goal in bands else len(BANDS)
    return [start, *(level for level in lower if BANDS.index(bands[start]) <= BANDS.index(bands[level]) <= highest), goal]


def _staff(store: Store, scope: Scope, area: list[str] | None, start: str, goal: str, assumptions: Assumptions | None) -> pd.DataFrame:
    numbers = assumptions or Assumptions.of(store, scope)
    asked = {
        "held_level": start,
        "role_level": goal,
        "within": round(numbers.value("reach_ranks")),
        "known": numbers.value("reach_known_share"),
    }

    def found(codes: list[str] | None) -> pd.DataFrame:
        return store.query("distance_by_rank", scope.reach(), organisations=codes, **asked)

    by = ["missing_from", "missing_to"]
    return protected(found(area), scope, by, area, numbers, counts=["with_unknown"], own=found)
