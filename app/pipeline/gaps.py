"""Gaps, how far they can be trusted, and how they change: what the command line and the page Explore ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from skills_model import gap, trend
from skills_model.privacy import Scope
from skills_model.store import Store


def gaps(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    area: Sequence[str] | None = None,
    *,
    as_at: dt.date | None = None,
    self_bias: float | None = None,
    quality: bool = False,
) -> pd.DataFrame:
    """Measure gaps by any cuts, of all organisations in reach of the scope or of some; with `quality`, how far they can be trusted beside."""
    frame = gap.gaps(store, scope, by, area, as_at=as_at, self_bias=self_bias)
    if not quality:
        return frame
    trust = gap.quality(store, scope, by, area, as_at=as_at)
    return frame.merge(trust, on=list(by), how="left") if by else frame.merge(trust, how="cross")


def trust(store: Store, scope: Scope, by: Sequence[str], area: Sequence[str] | None = None) -> pd.DataFrame:
    """Return how far the assessments behind gaps can be trusted, by any cuts; columns as gap.quality."""
    return gap.quality(store, scope, by, area)


def follow(
    store: Store, scope: Scope, by: Sequence[str], area: Sequence[str] | None = None, *, self_bias: float | None = None
) -> pd.DataFrame:
    """Measure gaps at each date at which they can be compared like with like; columns as trend.trend."""
    return trend.trend(store, scope, by, area, self_bias=self_bias)


def changed(
    store: Store, scope: Scope, by: Sequence[str], area: Sequence[str] | None = None, *, self_bias: float | None = None
) -> pd.DataFrame:
    """Say what the change from the first to the last of those dates is made of; columns as trend.changes."""
    return trend.changes(store, scope, by, area, self_bias=self_bias)
