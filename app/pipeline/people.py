"""The use cases about people and roles: cover, its loss, staff within reach, career paths, role profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skills_model import people
from skills_model.assumptions import Assumptions
from skills_model.errors import ScopeError
from skills_model.people import CareerPath, Cohorts
from skills_model.privacy import Scope
from skills_model.sources import joining
from skills_model.store import Store

VIEW, EXPORT = "person-level view", "export"


@dataclass(frozen=True)
class Reach:
    """Who is within so many ranks of a role level; `people` is missing where the scope has no single people."""

    role_level: str
    label: str
    within: int
    counts: pd.DataFrame
    people: pd.DataFrame | None


def cover(store: Store, scope: Scope, area: Sequence[str] | None = None, team: str | None = None) -> pd.DataFrame:
    """Return every cover target with the people who meet it."""
    return people.cover(store, scope, area, team)


def save_target(store: Store, scope: Scope, organisation: str, team: str, skill: str, rank: int, wanted: int) -> int:
    """Set a cover target; returns the number of the import, which can be undone."""
    return people.save_target(store, scope, organisation, team, skill, rank, wanted)


def teams(store: Store, scope: Scope, area: Sequence[str] | None = None) -> pd.DataFrame:
    """List the teams: organisation, team, headcount, fte."""
    return people.teams(store, scope, area)


def loss_of_one(store: Store, scope: Scope, area: Sequence[str] | None = None, team: str | None = None) -> pd.DataFrame:
    """Return the skills that are below cover once one holder goes; a look at single people is recorded."""
    frame = people.loss_of_one(store, scope, area, team)
    if (frame["persons"] != "").any():
        store.record(VIEW, f"single points of failure, {_where(area)}, {len(frame)} rows")
    return frame


def loss_of_team(store: Store, scope: Scope, team: str, area: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what the whole organisation loses with a team."""
    return people.loss_of_team(store, scope, team, area)


def loss_of_cohorts(store: Store, scope: Scope, area: Sequence[str] | None = None) -> Cohorts:
    """Return what goes with each age band near retirement, in groups large enough."""
    return people.loss_of_cohorts(store, scope, area)


def role_levels(store: Store, scope: Scope) -> pd.DataFrame:
    """List the role levels of the active frameworks; columns as in sql/role_levels.sql."""
    return store.query("role_levels", scope)


def usual_level(store: Store, scope: Scope) -> str:
    """Return the role level that most people hold in the user's own organisations, empty where nobody holds any."""
    staff = store.query("staff_by_group", scope)
    return str(staff.groupby("role_level")["headcount"].sum().idxmax()) if len(staff) else ""


def ranks(store: Store, scope: Scope) -> pd.DataFrame:
    """List the skills that a cover target may be about: skill, skill_label, rank, rank_label."""
    skills = store.query("skills", scope)
    names = store.query("rank_names", scope)[["framework", "rank", "rank_label"]].drop_duplicates()
    return skills.merge(names, on="framework")[["skill", "skill_label", "rank", "rank_label"]]


def usual_reach(store: Store, scope: Scope) -> int:
    """Return how many ranks may be missing for somebody to be within reach, unless asked otherwise."""
    return round(Assumptions.of(store, scope).value("reach_ranks"))


def reach_by_organisation(store: Store, scope: Scope, role_level: str, within: int) -> pd.DataFrame:
    """Count the staff within reach of a role level in every organisation; protected outside the user's own."""
    return people.reach_by_organisation(store, scope, role_level, None, within)


def names(store: Store, scope: Scope, organisation: str, staff_list: tuple[bytes, str]) -> dict[str, str]:
    """Read the names of a user's own staff list (content, name) by pseudonym, for a file that is being written; nothing is stored."""
    return joining.names(store, scope, organisation, *staff_list)


def reach(store: Store, scope: Scope, role_level: str, area: Sequence[str] | None = None, within: int | None = None) -> Reach:
    """Find the staff within reach of a role level: single people where the scope has them, counts by organisation otherwise."""
    level = people.find_role_level(store, scope, role_level)[0]
    most = usual_reach(store, scope) if within is None else within
    counts = people.reach_by_organisation(store, scope, level, area, most)
    try:
        staff = people.within_reach(store, scope, level, area, most)
    except ScopeError:
        staff = None
    if staff is not None:
        store.record(VIEW, f"within {most} ranks of {level}, {_where(area)}, {len(staff)} people")
    return Reach(level, _label(store, scope, level), most, counts, staff)


def reach_rows(store: Store, found: Reach, called: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the staff within reach for a file, and record that it left; counts by organisation where the scope has no single people.

    `called` are names by pseudonym, which reach this file only. Raises ScopeError where they are given without access to single people.
    """
    frame = found.counts if found.people is None else found.people
    if called is not None:
        if found.people is None:
            raise ScopeError("Names can be put only beside single people, and your access does not include them.")
        frame = people.with_names(found.people, called)
    named = int(frame["name"].notna().sum()) if called is not None else 0
    store.record(EXPORT, f"staff within {found.within} ranks of {found.role_level}, {len(frame)} rows, {named} by name")
    return frame


def path(store: Store, scope: Scope, start: str, goal: str, area: Sequence[str] | None = None) -> CareerPath:
    """Find what leads from one role level to another."""
    return people.career_path(store, scope, start, goal, area)


def role_profile(store: Store, scope: Scope, role_level: str, area: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what a role level needs and how far its holders meet it."""
    return people.role_profile(store, scope, role_level, area)


def role_holders(store: Store, scope: Scope, role_level: str, area: Sequence[str] | None = None) -> pd.DataFrame:
    """Return who holds a role level, with the rank of each skill; the look is recorded. Raises ScopeError without access to single people."""
    frame = people.role_holders(store, scope, role_level, area)
    store.record(VIEW, f"holders of {role_level}, {_where(area)}, {frame['person'].nunique()} people")
    return frame


def _label(store: Store, scope: Scope, level: str) -> str:
    levels = store.query("role_levels", scope)
    return str(levels.loc[levels["role_level"] == level, "role_level_label"].iloc[0])


def _where(area: Sequence[str] | None) -> str:
    return "all organisations" if area is None else ", ".join(area)
