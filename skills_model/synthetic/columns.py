"""Columns of stored tables: texts and dates from arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skills_model.synthetic.catalogue import Flags, Ints

LATEST = dt.date(2026, 3, 31)
EARLIER = dt.date(2025, 3, 31)
DAYS_BETWEEN = (LATEST - EARLIER).days
DAYS_IN_YEAR = 365.25


def text(values: Iterable[Any]) -> pd.Series[str]:
    """Make a column of text; None is missing."""
    return pd.Series(list(values), dtype="str")


def dates(days: Ints, known: Flags | None = None) -> pd.Series[Any]:
    """Turn days after LATEST into dates; missing where not known."""
    made = np.datetime64(LATEST, "D") + days.astype("timedelta64[D]")
    if known is not None:
        made = np.where(known, made, np.datetime64("NaT", "D"))
    return pd.Series(made.astype("datetime64[s]"))
