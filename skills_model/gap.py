"""Where skills fall short: FTE that hold each rank, and the gap by any cut, with its range; the rules stand in the SQL files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError, ScopeError
from skills_model.organisations import known, protection
from skills_model.privacy import Scope, protect
from skills_model.rows import nearest
from skills_model.store import Store

CUTS = ("organisation", "icb", "region", "organisation_type", "role_family", "role", "role_level", "skill")
MEASURES = (
    "headcount",
    "required_fte",
    "met_low",
    "met",
    "met_high",
    "coverage_low",
    "coverage",
    "coverage_high",
    "staff_short_low",
    "staff_short",
    "staff_short_high",
    "ranks_short_low",
    "ranks_short",
    "ranks_short_high",
    "vacancy_short",
    "vacancy_ranks_short",
    "fte_short",
    "total_ranks_short",
    "assessed_share",
)
SHARES = {
    "coverage_low": ("met_low", "required_fte"),
    "coverage": ("met", "required_fte"),
    "coverage_high": ("met_high", "required_fte"),
    "assessed_share": ("assessed_fte", "staff_fte"),
}


def held(store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None) -> pd.DataFrame:
    """Return FTE at each rank or above, one row an organisation, role level, required skill and rank up to the required one.

    Columns: organisation, role_family, role, role_level, skill, required_rank, rank, headcount, assessed_headcount (people), staff_fte,
    assessed_fte, budgeted_fte, posts, held_low, held, held_high (FTE). Exact, as a plan needs it: raises ScopeError where the scope
    allows only protected numbers.
    """
    area = known(store, scope, organisations)
    if not scope.sees_all_exactly(area):
        raise ScopeError("Exact numbers by role level are only for people who work with their own organisation's data.")
    return store.query("held_by_group", scope, organisations=area, unassessed_share=_unassessed_share(assumptions))


def gaps(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return the gap by the cuts of `by`, then MEASURES; posts and people count once for each skill they need.

    Without `organisations` everything in reach of the scope is summed. A row is exact where the scope sees all of its organisations
    exactly, and protected otherwise. Raises ScenarioError for an unknown cut, DataError for an unknown organisation.
    """
    _check_cuts(by)
    area = known(store, scope, organisations)
    parameters = {"by": list(by), "organisations": area, "unassessed_share": _unassessed_share(assumptions)}
    frame = store.query("gap_by_group", scope.reach(), **parameters)
    if not scope.sees_all_exactly(area):
        hidden = _hidden_rows(frame, scope, by)
        threshold, base = protection(assumptions)
        counts = [name for name in (*MEASURES, "staff_fte", "assessed_fte") if name not in SHARES]
        frame = protect(frame, counts, "headcount", shares=SHARES, threshold=threshold, base=base, rows=hidden)
    return frame[[*by, *MEASURES]]


def labels(store: Store, scope: Scope) -> dict[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut."""
    levels = store.query("role_levels", scope)
    skills = store.query("skills", scope)
    places = store.query("organisation_names", scope.reach())
    return {
        "organisation": _pairs(places, "organisation", "name"),
        "icb": _pairs(places, "icb_code", "icb_name"),
        "region": _pairs(places, "region_code", "region_name"),
        "organisation_type": _pairs(places, "organisation_type", "organisation_type"),
        "role_family": _pairs(levels, "role_family", "role_family_label"),
        "role": _pairs(levels, "role", "role_label"),
        "role_level": _pairs(levels, "role_level", "role_level_label"),
        "skill": _pairs(skills, "skill", "skill_label"),
    }


def _check_cuts(by: Sequence[str]) -> None:
    faults = [
        Fault(
            "Unknown cut" if cut not in CUTS else "Cut given twice",
            "--by",
            found=f"'{cut}'",
            allowed=", ".join(CUTS) + ("" if cut in CUTS else nearest(cut, CUTS)),
            action="Correct the list of cuts.",
        )
        for number, cut in enumerate(by)
        if cut not in CUTS or cut in by[:number]
    ]
    if faults:
        raise ScenarioError(faults)


def _hidden_rows(frame: pd.DataFrame, scope: Scope, by: Sequence[str]) -> pd.Series[bool]:
    """Only a row about one organisation can be known to be the user's own; any other sum may hold somebody else's people."""
    if "organisation" in by:
        return ~frame["organisation"].map(scope.sees_exactly).astype(bool)
    return pd.Series(True, index=frame.index)


def _unassessed_share(assumptions: Assumptions | None) -> float:
    return (assumptions or Assumptions.load()).value("unassessed_share")


def _pairs(frame: pd.DataFrame, key: str, label: str) -> dict[str, str]:
    named = frame.dropna(subset=[key, label])
    return dict(zip(named[key], named[label], strict=True))
