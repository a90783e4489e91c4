"""Staff in post by role level, and how many of them stay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.store import Store

GROUP = ["role_family", "role_level"]


def by_age_band(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """Return staff in post of one organisation: role_family, role_level, band, age_band, headcount, fte."""
    rows = store.query("staff_by_group", scope, organisations=[organisation])
    return rows[[*GROUP, "band", "age_band", "headcount", "fte"]]


def leaving(staff: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return staff in post, one row a role level, with the share that leaves in a year.

    Columns: role_family, role_level, band, headcount, staff_fte, leaver_rate. The band is the one most FTE are on; the leaver rate is the
    mean over age bands, weighted by FTE.
    """
    rates = staff["age_band"].map(assumptions.by_key("leaver_rate")).astype(float)
    rows = staff.assign(leavers=staff["fte"] * rates)
    by_band = rows.groupby([*GROUP, "band"], as_index=False).agg(fte=("fte", "sum"))
    bands = by_band.sort_values("fte").drop_duplicates(GROUP, keep="last")
    total = rows.groupby(GROUP, as_index=False).agg(headcount=("headcount", "sum"), staff_fte=("fte", "sum"), leavers=("leavers", "sum"))
    total["leaver_rate"] = total.pop("leavers") / total["staff_fte"]
    return total.merge(bands.drop(columns="fte"), on=GROUP)


def stay(leaver_rate: pd.Series, periods_per_year: int) -> pd.Series:
    """Return the share of staff in post that is still there a period later.

    Published leaver rates divide a year's leavers by average staff, so that staff decay by exp(-rate x years).
    """
    return pd.Series(np.exp(-leaver_rate.to_numpy() / periods_per_year), index=leaver_rate.index)
