"""The use cases behind every figure: how far the data can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model import data_quality
from skills_model.privacy import Scope
from skills_model.store import Store


def by_organisation(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what is there, mapped and assessed, one row an organisation with a staff list; columns as data_quality.by_organisation."""
    return data_quality.by_organisation(store, scope, organisations)


def by_team(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return how far what is known about each team's skills can be trusted; columns as data_quality.by_team."""
    return data_quality.by_team(store, scope, organisations)
