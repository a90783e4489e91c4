"""An uncertain number that acts on a whole forecast, of supply or of demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TENTH = NormalDist().inv_cdf(0.9)
"""How many standard deviations lie between the median and the 10th or 90th percentile."""

type ActsOn = Literal["leaving", "joining", "promotion", "ageing", "pipeline", "demand", "opening ranks"]


@dataclass(frozen=True, eq=False)
class Factor:
    """An uncertain number as a multiplier with median 1, drawn once for everybody and for the whole horizon.

    `low` and `high` are its 10th and 90th percentiles by key: age bands for leaving, role families for demand, "" for all; the keys of one
    factor move together. `organisation_spread` is the standard deviation of the logarithm of an organisation's own part: one number for all,
    or by organisation, "" for those that are not named.
    """

    name: str
    label: str
    source: str
    acts_on: ActsOn
    low: Mapping[str, float]
    high: Mapping[str, float]
    organisation_spread: float | Mapping[str, float] = 0.0

    def multiplier(self, key: str, deviate: Floats) -> Floats:
        """Return the multiplier of a key for standard normal deviates: 1 at 0, `low` and `high` at the 10th and 90th percentiles."""
        low, high = self._of(self.low, key), self._of(self.high, key)
        return np.maximum(0.0, 1.0 + np.where(deviate < 0, (1.0 - low) * deviate, (high - 1.0) * deviate) / TENTH)

    def spread_of(self, organisation: str) -> float:
        """Return the standard deviation of the logarithm of an organisation's own part; 0 where it has none."""
        spread = self.organisation_spread
        return spread.get(organisation, spread.get("", 0.0)) if isinstance(spread, Mapping) else spread

    def _of(self, values: Mapping[str, float], key: str) -> float:
        return values.get(key, values.get("", 1.0))
