"""Staff within reach of a role level, and who holds one: for talks about development and moves, in no order of merit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from skills_model import gap
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.errors import DataError, Fault
from skills_model.organisations import known
from skills_model.people.names import find_role_level, own_people
from skills_model.privacy import Scope
from skills_model.store import Store

COUNTS = ("certainly", "possibly", "unknown")


def within_reach(
    store: Store,
    scope: Scope,
    role_level: str,
    organisations: Sequence[str] | None = None,
    within: int | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return the people who are at most `within` ranks (default: an assumption) away from a role level, by team and pseudonym.

    Columns as in sql/within_reach.sql. Raises ScopeError where the user may not see single people there, DataError for an unknown role level
    or organisation, or an impossible number.
    """
    area = own_people(store, scope, organisations)
    return store.query("within_reach", scope, organisations=area, **_asked(store, scope, role_level, within, assumptions))


def reach_by_organisation(
    store: Store,
    scope: Scope,
    role_level: str,
    organisations: Sequence[str] | None = None,
    within: int | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return how many people of each organisation are within reach of a role level; protected outside the user's own organisations.

    Columns: organisation, name, headcount (people who do not hold it yet), certainly, possibly, unknown (people of whom too little is
    known to say).
    """
    area = known(store, scope, organisations)
    numbers = assumptions or Assumptions.of(store, scope)
    frame = store.query("reach_by_organisation", scope.reach(), organisations=area, **_asked(store, scope, role_level, within, numbers))
    return protected(frame, scope, ["organisation"], area, numbers, counts=COUNTS)


def role_profile(
    store: Store, scope: Scope, role_level: str, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Return what a role level needs and how far its holders meet it: skill, skill_label, required_rank, rank_label, then gap.MEASURES.

    Every required skill has a row; measures are blank where there are neither posts nor staff.
    """
    level = find_role_level(store, scope, role_level)[0]
    needs = store.query("required_ranks", scope, role_level=level)
    gaps = gap.gaps(store, scope, ["role_level", "skill"], organisations, assumptions)
    return needs.merge(gaps[gaps["role_level"] == level].drop(columns="role_level"), on="skill", how="left")


def role_holders(store: Store, scope: Scope, role_level: str, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return who holds a role level, with the rank held of each skill it needs, by team and pseudonym; columns as in sql/role_holders.sql.

    Raises as `within_reach` does.
    """
    area = own_people(store, scope, organisations)
    return store.query("role_holders", scope, organisations=area, role_level=find_role_level(store, scope, role_level)[0])


def with_names(people: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Put the names of a user's own staff list, by pseudonym, before each person; blank for people who are not in it; nothing is stored."""
    told = people.copy()
    told.insert(0, "name", people["person"].map(dict(names)).astype("str"))
    return told


def _asked(store: Store, scope: Scope, role_level: str, within: int | None, assumptions: Assumptions | None) -> dict[str, object]:
    numbers = assumptions or Assumptions.of(store, scope)
    ranks = round(numbers.value("reach_ranks")) if within is None else within
    if ranks < 0:
        raise DataError([Fault("Ranks not possible", "within", found=f"{ranks}", allowed="0 or more", action="Correct the number.")])
    return {"role_level": find_role_level(store, scope, role_level)[0], "within": ranks, "known": numbers.value("reach_known_share")}
