"""Find what a user means by the name of a role level, skill or team, and who may be asked about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.errors import DataError, Fault, ScopeError
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.store import Store

LISTED = 30
"""Names that a message lists in full; of more it says the nearest."""


def find_role_level(store: Store, scope: Scope, *names: str) -> list[str]:
    """Return the ids of role levels given by id or by name; raises DataError for each that is unknown, with the nearest."""
    return _find(store.query("role_levels", scope), "role_level", "a role level of an active framework", names)


def find_skill(store: Store, scope: Scope, *names: str) -> list[str]:
    """Return the ids of skills given by id or by name; raises DataError for each that is unknown, with the nearest."""
    return _find(store.query("skills", scope), "skill", "a skill of an active framework", names)


def find_team(store: Store, scope: Scope, organisations: Sequence[str] | None, team: str) -> tuple[str, str]:
    """Return the organisation and the name of a team as the latest staff list has it.

    Raises DataError where there is none of that name (with the nearest), or where several organisations have one.
    """
    listed = store.query("teams", scope, organisations=None if organisations is None else list(organisations))
    found = listed[listed["team"].str.casefold() == team.strip().casefold()]
    if len(found) == 1:
        return str(found["organisation"].iloc[0]), str(found["team"].iloc[0])
    names = sorted(set(listed["team"]))
    if found.empty:
        allowed = ", ".join(names) if len(names) <= LISTED else "a team of the latest staff list" + nearest(team, names)
        raise DataError([Fault("Unknown team", "team", found=f"'{team}'", allowed=allowed, action="Correct the name.")])
    several = f"'{team}' in {len(found)} organisations"
    raise DataError([Fault("Team of several organisations", "team", found=several, action="Say which organisation it is in.")])


def own(store: Store, scope: Scope, organisations: Sequence[str] | None, what: str) -> list[str] | None:
    """Return the organisations asked about, all of which must be the user's own; None for all of them.

    Raises DataError for an unknown organisation, ScopeError where only protected numbers may be seen.
    """
    area = known(store, scope, organisations)
    if area is not None and all(scope.sees_exactly(code) for code in area):
        return area
    if area is None and scope.audience != "public":
        return area  # the store gives nobody more than their own organisations
    raise ScopeError(f"{what} is only for people who work with their own organisation's data.")


def own_people(store: Store, scope: Scope, organisations: Sequence[str] | None) -> list[str] | None:
    """Return the organisations asked about; raises ScopeError unless the user may see single people there."""
    if not scope.person_level or scope.audience != "working":
        raise ScopeError(
            "Your access does not include single people; counts by organisation are shown instead where they are large enough."
        )
    return own(store, scope, organisations, "What concerns single people")


def _find(listed: pd.DataFrame, column: str, what: str, names: Sequence[str]) -> list[str]:
    ids, labels = ([str(cell) for cell in listed[name]] for name in (column, f"{column}_label"))
    by_id = {known_id.casefold(): known_id for known_id in ids}
    by_name: dict[str, set[str]] = {}
    for known_id, label in zip(ids, labels, strict=True):
        by_name.setdefault(label.casefold(), set()).add(known_id)
    found, faults = [], []
    for name in names:
        key = name.strip().casefold()
        meant = {by_id[key]} if key in by_id else by_name.get(key, set())
        if len(meant) == 1:
            found.append(next(iter(meant)))
        else:
            faults.append(_unknown(name, column, what, sorted(meant), [*ids, *labels]))
    if faults:
        raise DataError(faults)
    return found


def _unknown(name: str, column: str, what: str, meant: Sequence[str], allowed: Sequence[str]) -> Fault:
    noun = column.replace("_", " ")
    if meant:
        return Fault(
            f"Name of several {noun}s",
            column,
            column=column,
            found=f"'{name}'",
            allowed=" or ".join(meant),
            action="Give one of these ids.",
        )
    return Fault(
        f"Unknown {noun}",
        column,
        column=column,
        found=f"'{name}'",
        allowed=f"{what}, by id or name" + nearest(name, allowed),
        action="Correct it.",
    )
