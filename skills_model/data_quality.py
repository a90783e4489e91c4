"""How far the data can be trusted: what is there, of which date, mapped, assessed, by whom and how long ago."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.organisations import known, protection
from skills_model.privacy import Scope, protect
from skills_model.store import Store

SHARES = {"assessed_share": ("assessed", "needed"), "own_share": ("own", "assessed"), "old_share": ("old", "assessed")}


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
    stale = RankRule.from_assumptions(numbers).parameters()["stale_months"]
    frame = store.query("data_quality", scope.reach(), organisations=area, stale_months=stale)
    for name, (part, whole) in SHARES.items():
        frame[name] = frame[part] / frame[whole].where(frame[whole] > 0)
    hidden = ~frame["organisation"].map(scope.sees_exactly).astype(bool)
    if hidden.any():
        threshold, base = protection(numbers)
        frame = protect(frame, ["fte", "unmapped_fte"], "headcount", threshold=threshold, base=base, rows=hidden)
        frame = protect(
            frame, ["needed", "assessed", "own", "old"], "mapped_headcount", shares=SHARES, threshold=threshold, base=base, rows=hidden
        )
        frame["last_assessed"] = frame["last_assessed"].mask(hidden)
    names = ["organisation", "name", "as_at", "headcount", "fte", "unmapped_fte", "needed", "assessed", *SHARES, "last_assessed"]
    return frame[names]
