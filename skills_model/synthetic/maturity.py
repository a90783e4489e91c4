"""Scores of digital maturity of one invented trust: the better its staff's skills, the higher, with luck."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.synthetic.columns import text
from skills_model.synthetic.country import OTHER_BODIES, Place

DOMAINS = (
    "Empower citizens",
    "Ensure smart foundations",
    "Healthy populations",
    "Improve care",
    "Safe practice",
    "Support people",
    "Well led",
)
LOWEST, HIGHEST = 1.0, 5.0
ASSESSED_ON = dt.date(2025, 12, 31)


def maturity(rng: np.random.Generator, place: Place, assumptions: Assumptions) -> dict[str, pd.DataFrame]:
    """Write the table `maturity_score`, in key order: a score a domain; no row for a trust that was not assessed, nor for other bodies."""
    assessed = rng.random() < assumptions.value("demo_maturity_share") and place.code != OTHER_BODIES
    middle = assumptions.value("demo_maturity_score") + assumptions.value("demo_maturity_per_rank") * place.skill
    drawn = rng.normal(middle, assumptions.value("demo_maturity_domain_spread"), len(DOMAINS))
    rows = pd.DataFrame(
        {
            "organisation": text([place.code] * len(DOMAINS)),
            "assessed_on": pd.Series(pd.to_datetime([ASSESSED_ON] * len(DOMAINS)).as_unit("s")),
            "domain": text(DOMAINS),
            "score": np.clip(drawn, LOWEST, HIGHEST).round(1),
            "maximum": HIGHEST,
            "source": text(["Invented assessment"] * len(DOMAINS)),
        }
    )
    return {"maturity_score": rows if assessed else rows.iloc[:0]}
