"""Cover: how many people hold a skill at the rank wanted, and what is left if one person, a team or an age band goes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.organisations import protection
from skills_model.people.names import find_skill, find_team, own
from skills_model.privacy import HIDDEN, Scope, protect
from skills_model.store import Store

COHORTS = ("55 to 59", "60 and over")
"""Age bands near retirement; each is looked at by itself and never both together, since the one would follow from the other."""
KIND = "cover target"
WHAT = "Cover"
TARGET = ["skill", "skill_label", "rank", "rank_label", "people", "suggested"]


@dataclass(frozen=True)
class Cohorts:
    """What would be left without an age band near retirement, by suggested targets.

    `groups`: organisation, age_band, headcount, fte, skills (that somebody holds as suggested), below (of these, how many would be
    below cover, rounded; `*` for few or none), reason (why a group is hidden; empty where it is shown). `skills`, only of groups that are
    shown, and only where enough holders go, enough stay, and enough staff do not hold it: organisation, age_band, those of TARGET, held,
    going (rounded), left_over (held less going as rounded), below (by left_over).
    """

    groups: pd.DataFrame
    skills: pd.DataFrame


def cover(
    store: Store,
    scope: Scope,
    organisations: Sequence[str] | None = None,
    team: str | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return every cover target, set or suggested, with the people who meet it; columns as in sql/cover.sql.

    `team` is one team, or empty for the targets of whole organisations. Raises ScopeError outside the user's own organisations, DataError
    for an unknown organisation or team.
    """
    area = own(store, scope, organisations, WHAT)
    if team:
        place, team = find_team(store, scope, area, team)
        area = [place]
    frame = store.query("cover", scope, organisations=area, cover_people=_cover_people(store, scope, assumptions))
    return frame if team is None else frame[frame["team"] == team].reset_index(drop=True)


def teams(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """List the teams of the user's own organisations: organisation, team, headcount, fte."""
    return store.query("teams", scope, organisations=own(store, scope, organisations, WHAT))


def save_target(store: Store, scope: Scope, organisation: str, team: str, skill: str, rank: int, people: int) -> int:
    """Set a cover target in the place of what was set or suggested before, and return the number of the import that keeps it.

    `team` is empty for the whole organisation. Raises DataError for an unknown organisation, team or skill, or a rank or number of people
    that is not possible; ScopeError outside the user's own organisations.
    """
    own(store, scope, [organisation], WHAT)
    place = find_team(store, scope, [organisation], team)[1] if team else ""
    row = {"organisation": organisation, "team": place, "skill": find_skill(store, scope, skill)[0], "rank": rank, "people": people}
    _check_rank(store, scope, row)
    # The same target may be set again later, so the moment is part of what tells one entry from another.
    digest = hashlib.sha256(f"{row} {dt.datetime.now(dt.UTC).isoformat()}".encode()).hexdigest()
    return store.write(KIND, digest, KIND, {"cover_target": pd.DataFrame([row])}, organisation=organisation, replace=True)


def loss_of_one(
    store: Store,
    scope: Scope,
    organisations: Sequence[str] | None = None,
    team: str | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return the skills that are below cover once one holder goes, in the order of team and skill.

    Columns: organisation, team, those of TARGET, held_low, held, held_high, unassessed (people), fte (of those who hold it), left_over
    (people who hold it once one has gone), single (nobody would be left),
    persons (pseudonyms of the holders, apart by a space; empty where the scope does not include single people). Raises as `cover` does.
    """
    frame = cover(store, scope, organisations, team, assumptions)
    frame = frame[(frame["held"] > 0) & (frame["held"] <= frame["people"])].reset_index(drop=True)
    columns = ["organisation", "team", *TARGET, "held_low", "held", "held_high", "unassessed", "fte"]
    found = frame[columns].assign(left_over=frame["held"] - 1, single=frame["held"] == 1)
    if not scope.person_level or scope.audience != "working":
        return found.assign(persons="")
    area = sorted(set(found["organisation"]))
    holders = store.query("cover_holders", scope, organisations=area, cover_people=_cover_people(store, scope, assumptions))
    persons = holders.groupby(["organisation", "team", "skill"])["person"].agg(" ".join).rename("persons")
    return found.join(persons, on=["organisation", "team", "skill"])


def loss_of_team(
    store: Store, scope: Scope, team: str, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Return the skills that the whole organisation would lose holders of if a team went; people with a post elsewhere stay.

    Columns: organisation, group_headcount, group_fte (all who go), those of TARGET, held, fte, going (people), going_fte, left_low,
    left_over, left_high (people), below (whether the organisation would be below cover). Raises as `cover` does.
    """
    place, name = find_team(store, scope, own(store, scope, organisations, WHAT), team)
    frame = store.query("cover_left", scope, organisations=[place], cover_people=_cover_people(store, scope, assumptions), team=name)
    columns = ["organisation", "group_headcount", "group_fte", *TARGET, "held", "fte", "going", "going_fte"]
    columns += ["left_low", "left_over", "left_high"]
    lost = frame.loc[frame["going"] > 0, columns].reset_index(drop=True)
    return lost.assign(below=lost["left_over"] < lost["people"])


def loss_of_cohorts(
    store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> Cohorts:
    """Return what each organisation would be left with if its people of an age band near retirement went.

    It is made so that nobody's age follows from it. A band is shown only where it and its complement are groups of the smallest size
    allowed or larger; a skill only where as many of its holders go, as many stay and as many staff do not hold it, so that no list says how
    old a few specialists, or all of them, are; the others are only counted. Numbers that go are rounded, and what is counted are the
    suggested targets whatever the user has set, since counts at two ranks that differ by a person would tell that person's age. There is no
    total over bands or organisations, no cut by team and no range, since each would give the hidden parts by subtraction.
    Raises as `cover` does.
    """
    area = own(store, scope, organisations, WHAT)
    numbers = assumptions or Assumptions.of(store, scope)
    smallest = numbers.value("cohort_people")
    people = _cover_people(store, scope, numbers)
    parts = [
        _cohort(
            store.query("cover_left_by_age", scope, organisations=area, cover_people=people, age_band=band), band, smallest, protection(numbers)
        )
        for band in COHORTS
    ]
    groups, skills = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    return Cohorts(groups.sort_values(["organisation", "age_band"], ignore_index=True), skills)


def _cohort(left: pd.DataFrame, band: str, smallest: float, rounding: tuple[float, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    left = left.assign(age_band=band, below=(left["going"] > 0) & (left["left_over"] < left["people"]))
    groups = left.groupby(["organisation", "age_band"], as_index=False).agg(
        headcount=("group_headcount", "first"),
        others=("other_headcount", "first"),
        fte=("group_fte", "first"),
        skills=("held", lambda held: int((held > 0).sum())),
        below=("below", "sum"),
    )
    few, alone = groups["headcount"] < smallest, groups["others"] < smallest
    groups["reason"] = ""
    groups.loc[alone, "reason"] = f"fewer than {smallest:.0f} people are outside it"
    groups.loc[few, "reason"] = f"fewer than {smallest:.0f} people are in it"
    shown = ~(few | alone)
    # That no skill at all would be below cover would tell of each few holders that none of them is of this age.
    few_below = groups["below"] < rounding[0]
    groups = protect(groups, [], "below", threshold=rounding[0], base=rounding[1])
    groups["below"] = groups["below"].astype("object").mask(few_below, HIDDEN)
    for column in ("headcount", "fte", "below"):
        groups[column] = groups[column].astype("object").where(shown, HIDDEN)
    names = set(groups.loc[shown, "organisation"])
    without = left["group_headcount"] + left["other_headcount"] - left["held"]
    enough = left[["going", "left_over"]].assign(without=without).min(axis="columns") >= smallest
    told = protect(left[left["organisation"].isin(names) & enough], [], "going", threshold=0, base=rounding[1])
    # Rounding what stays by itself would narrow down what was rounded of those who go.
    told["left_over"] = (told["held"] - told["going"]).clip(lower=0)
    columns = ["organisation", "age_band", *TARGET, "held", "going", "left_over", "below"]
    return groups.drop(columns="others"), told.assign(below=told["left_over"] < told["people"])[columns]


def _check_rank(store: Store, scope: Scope, row: dict[str, object]) -> None:
    skills = store.query("skills", scope)
    most = int(skills.loc[skills["skill"] == row["skill"], "ranks"].iloc[0])
    limits = {"rank": (1, most), "people": (1, None)}
    faults = [
        Fault(
            f"{column.capitalize()} not possible",
            KIND,
            column=column,
            found=f"{row[column]}",
            allowed=f"a whole number, {low} or more" + (f", at most {high}" if high else ""),
            action="Correct it.",
        )
        for column, (low, high) in limits.items()
        if not isinstance(value := row[column], int) or value < low or (high is not None and value > high)
    ]
    if faults:
        raise DataError(faults)


def _cover_people(store: Store, scope: Scope, assumptions: Assumptions | None) -> int:
    return round((assumptions or Assumptions.of(store, scope)).value("cover_people"))
