"""The use cases about all staff and boards: what is met of what is asked of them, and who has returned counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from app import pipeline
from skills_model import all_staff
from skills_model.privacy import Scope
from skills_model.store import Store


def measure(store: Store, scope: Scope, by: Sequence[str], area: Sequence[str] | None = None) -> pd.DataFrame:
    """Measure all staff by any cuts, with a column of names for each; raises ScenarioError, DataError."""
    return pipeline.labelled(all_staff.measure(store, scope, by, area), by, labels(store, scope))


def labels(store: Store, scope: Scope) -> Mapping[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut."""
    return all_staff.labels(store, scope)


def progress(store: Store, scope: Scope, area: Sequence[str] | None = None) -> pd.DataFrame:
    """Return, for every organisation, whether it has returned counts; columns as all_staff.progress."""
    return all_staff.progress(store, scope, area)
