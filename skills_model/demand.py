"""Posts that are funded, and posts that the work needs."""

from __future__ import annotations

import pandas as pd

from skills_model.privacy import Scope
from skills_model.scenario import Growth, Scenario
from skills_model.store import Store


def establishment(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """Return funded posts of one organisation: role_family, role_level, band, budgeted_fte, bank_fte, agency_fte."""
    rows = store.query("establishment_by_group", scope, organisations=[organisation])
    return rows[["role_family", "role_level", "band", "budgeted_fte", "bank_fte", "agency_fte"]]


def growth_factors(scenario: Scenario, role_families: pd.Series) -> pd.DataFrame:
    """Return posts needed as a multiple of posts today: index as given, one column a period 1..T.

    A compound path grows by the rate on what was there a year before, a straight one by the rate on what is there now;
    neither falls below no posts.
    """
    years = pd.Series({t: t / scenario.periods_per_year for t in range(1, scenario.periods + 1)})
    return pd.DataFrame({t: role_families.map(lambda family, y=y: _factor(scenario, family, y)) for t, y in years.items()})


def _factor(scenario: Scenario, role_family: str, years: float) -> float:
    growth = scenario.demand.growth.get(role_family, Growth(rate=0))
    return float((1 + growth.rate) ** years) if growth.path == "compound" else max(0.0, 1 + growth.rate * years)
