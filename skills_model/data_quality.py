"""How far the data can be trusted: what is there, of which date, mapped, assessed, by whom and how long ago."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.cuts import hidden, protected, with_shares
from skills_model.organisations import known
from skills_model.people.names import own
from skills_model.privacy import Scope
from skills_model.store import Store

SHARES = {"assessed_share": ("assessed", "needed"), "own_share": ("own", "assessed"), "old_share": ("old", "assessed")}
BEHIND = {
    "assessed": ("assessed_headcount", "unassessed_headcount"),
    "own": ("assessed_headcount", "own_headcount"),
    "old": ("assessed_headcount", "old_headcount"),
}
"""The people of whom a number of skills tells, beside all who need any."""


def by_organisation(
    store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Return one row an organisation that has a staff list; counts outside the user's own are protected.

    Columns: organisation, name, as_at, headcount (people), fte, unmapped_fte, needed, assessed (pairs of a person and a skill),
    assessed_share, own_share (of the assessed by nobody but oneself), old_share (of the assessed, older than `assessment_stale_years`),
    last_assessed.
    """
    numbers = assumptions or Assumptions.of(store, scope)
    area = known(store, scope, organisations)
    frame = with_shares(store.query("data_quality", scope.reach(), organisations=area, stale_months=_stale(numbers)), SHARES)
    by, counts = ["organisation"], ["needed", "assessed", "own", "old"]
    frame = protected(frame, scope, by, area, numbers, counts=["fte", "unmapped_fte"])
    frame["unassessed_headcount"] = frame["mapped_headcount"] - frame["assessed_headcount"]
    frame = protected(frame, scope, by, area, numbers, counts=counts, shares=SHARES, people="mapped_headcount", behind=BEHIND)
    frame["last_assessed"] = frame["last_assessed"].mask(hidden(frame, scope))
    names = ["organisation", "name", "as_at", "headcount", "fte", "unmapped_fte", "needed", "assessed", *SHARES, "last_assessed"]
    return frame[names]


def by_team(store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None) -> pd.DataFrame:
    """Return one row a team of the user's own organisations: columns as in sql/quality_by_team.sql, then SHARES.

    Raises ScopeError outside the user's own organisations, DataError for an unknown organisation.
    """
    area = own(store, scope, organisations, "The quality of a team's data")
    numbers = assumptions or Assumptions.of(store, scope)
    return with_shares(store.query("quality_by_team", scope, organisations=area, stale_months=_stale(numbers)), SHARES)


def _stale(numbers: Assumptions) -> object:
    return RankRule.from_assumptions(numbers).parameters()["stale_months"]
