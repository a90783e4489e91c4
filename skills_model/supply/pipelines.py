"""Staff who are known to be on their way, when they arrive, and how many of them do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.model import Factor

ARRIVES = "pipeline_arrives"
IN_JOINERS = "pipeline_in_joiners"
COLUMNS = ("organisation", "pipeline", "role_family", "role_level", "band", "start_date", "headcount", "fte")


def read(store: Store, scope: Scope, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Return pipelines that are not in the staff list yet: COLUMNS; exact, as `cells.staff` is.

    The band is the one given, else that of the posts of the role level in the organisation, else its suggested one.
    """
    rows = store.query("pipelines", scope, organisations=None if codes is None else list(codes))
    return rows[list(COLUMNS)]


def arriving(pipelines: pd.DataFrame, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return what arrives within the horizon: organisation, role_family, role_level, band, pipeline, period, headcount, fte, in_joiners, person,
    share.

    `headcount` is the people on their way, `person` the FTE of one of them, `share` how many arrive, `fte` what is expected of them (their
    FTE times the share), `in_joiners` the part of it that joiners at the estimated rate count already. Whoever was to start before the first period and is not on the staff list yet
    arrives in it.
    """
    first_days = [pd.Timestamp(scenario.day_of(t)) for t in range(1, scenario.periods + 2)]
    period = np.searchsorted(pd.DatetimeIndex(first_days), pd.DatetimeIndex(pipelines["start_date"]), side="right").clip(min=1)
    rows = pipelines.assign(period=period)
    rows = rows[rows["period"] <= scenario.periods]
    share = rows["pipeline"].map(assumptions.by_key(ARRIVES)).astype(float)
    fte, person = rows["fte"] * share, rows["fte"] / rows["headcount"]
    counted = fte * rows["pipeline"].map(assumptions.by_key(IN_JOINERS)).astype(float)
    kept = ["organisation", "role_family", "role_level", "band", "pipeline", "period", "headcount"]
    return rows[kept].assign(fte=fte, in_joiners=counted, person=person, share=share).reset_index(drop=True)


def factor(assumptions: Assumptions) -> Factor:
    """Return how uncertain it is that those on their way arrive: the mean over kinds of pipeline of low and high beside the value."""
    items = [assumptions[f"{ARRIVES}[{kind}]"] for kind in assumptions.by_key(ARRIVES)]
    items = [item for item in items if item.value > 0]
    low = float(np.mean([item.low / item.value for item in items])) if items else 1.0
    high = float(np.mean([item.high / item.value for item in items])) if items else 1.0
    return Factor(
        "pipeline-arrives", "Share of people on their way who arrive", f"assumption {ARRIVES}", "pipeline", low={"": low}, high={"": high}
    )
